use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
};

/// When the proxy cuts a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// Never.
    Never = 0,
    /// The server never sees COMMIT.
    BeforeCommit = 1,
    /// The server commits, and its answer is lost.
    AfterCommit = 2,
}

/// A proxy in front of PostgreSQL that cuts the line once, around a COMMIT.
pub struct Proxy {
    /// The port it listens on.
    pub port: u16,
    cut: Arc<AtomicU8>,
}

impl Proxy {
    /// Forwards connections to the server at this address.
    pub fn start(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let port = listener.local_addr().expect("it is bound").port();
        let cut = Arc::new(AtomicU8::new(Cut::Never as u8));
        let arm = Arc::clone(&cut);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let upstream = TcpStream::connect(&server).expect("PostgreSQL is running");
                forward(client, upstream, &arm);
            }
        });
        Self { port, cut }
    }

    /// Cuts at the next COMMIT, once.
    pub fn arm(&self, cut: Cut) {
        self.cut.store(cut as u8, Ordering::SeqCst);
    }

    /// Whether the cut is still to come.
    pub fn is_armed(&self) -> bool {
        self.cut.load(Ordering::SeqCst) != Cut::Never as u8
    }
}

fn forward(client: TcpStream, server: TcpStream, arm: &Arc<AtomicU8>) {
    let (mut client_in, mut server_out) = (clone(&client), clone(&server));
    let arm = Arc::clone(arm);
    std::thread::spawn(move || {
        let mut buffer = vec![0; 1 << 16];
        while let Ok(count @ 1..) = client_in.read(&mut buffer) {
            let chunk = &buffer[..count];
            let is_commit = chunk.windows(6).any(|window| window == b"COMMIT");
            let cut = if is_commit { arm.swap(0, Ordering::SeqCst) } else { 0 };
            if cut == Cut::BeforeCommit as u8 {
                break;
            }
            if cut == Cut::AfterCommit as u8 {
                // The answer must not get through, so the way back is closed first.
                let _closed = client_in.shutdown(Shutdown::Both);
                let _sent = server_out.write_all(chunk);
                let _half = server_out.shutdown(Shutdown::Write);
                return;
            }
            if server_out.write_all(chunk).is_err() {
                break;
            }
        }
        let _closed = (client_in.shutdown(Shutdown::Both), server_out.shutdown(Shutdown::Both));
    });
    let (mut client_out, mut server_in) = (client, server);
    std::thread::spawn(move || {
        let _bytes = std::io::copy(&mut server_in, &mut client_out);
        let _closed = client_out.shutdown(Shutdown::Both);
    });
}

fn clone(stream: &TcpStream) -> TcpStream {
    stream.try_clone().expect("a socket can be shared")
}
