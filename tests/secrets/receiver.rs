use std::{
    io::{Read, Write},
    net::TcpListener,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

/// Takes webhooks and counts them.
pub struct Receiver {
    /// Where it takes them.
    pub url: String,
    received: Arc<AtomicUsize>,
}

impl Receiver {
    /// Starts it; it ends with the test.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let received = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&received);
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut start = [0; 4_096];
                if matches!(stream.read(&mut start), Ok(1..)) {
                    count.fetch_add(1, Ordering::SeqCst);
                }
                let _sent =
                    stream.write_all(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
            }
        });
        Self { url: format!("http://{address}/hook"), received }
    }

    /// How many came.
    pub fn received(&self) -> usize {
        self.received.load(Ordering::SeqCst)
    }
}
