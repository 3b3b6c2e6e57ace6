//! Receivers of webhooks on loopback: one that takes everything, and ones that say nothing.

use std::{
    io,
    net::{SocketAddr, TcpListener as Bound},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    runtime::Runtime,
};

/// Room for a usual webhook; larger ones make the buffer grow.
const BUFFER: usize = 8 * 1_024;
const TAKEN: &[u8] = b"HTTP/1.1 204 No Content\r\n\r\n";

/// A receiver that answers at once, on as many connections as are asked for.
pub struct Quick {
    /// Where it listens.
    pub address: SocketAddr,
    taken: Arc<AtomicU64>,
}

impl Quick {
    /// Starts it.
    ///
    /// # Errors
    /// When no port is free.
    pub fn start(runtime: &Runtime) -> io::Result<Self> {
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
        let (address, taken) = (listener.local_addr()?, Arc::new(AtomicU64::new(0)));
        let count = Arc::clone(&taken);
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, Arc::clone(&count)));
            }
        });
        Ok(Self { address, taken })
    }

    /// How many webhooks it has taken.
    #[must_use]
    pub fn taken(&self) -> u64 {
        self.taken.load(Ordering::Relaxed)
    }
}

/// A sender that breaks off is no matter of the receiver's.
async fn answer(mut stream: TcpStream, taken: Arc<AtomicU64>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut buffer: Vec<u8> = Vec::with_capacity(BUFFER);
    loop {
        while let Some(length) = whole(&buffer) {
            buffer.drain(..length);
            taken.fetch_add(1, Ordering::Relaxed);
            stream.write_all(TAKEN).await?;
        }
        if stream.read_buf(&mut buffer).await? == 0 {
            return Ok(());
        }
    }
}

/// The length of the request at the beginning, once all of it is there.
fn whole(bytes: &[u8]) -> Option<usize> {
    let head = bytes.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(bytes.get(..head)?).ok()?;
    let length = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    let total = head + length.unwrap_or(0);
    (bytes.len() >= total).then_some(total)
}

/// A receiver that nobody serves: the kernel takes its connections, and nothing ever answers.
pub struct Silent {
    /// Where it listens.
    pub address: SocketAddr,
    _listener: Bound,
}

impl Silent {
    /// Starts it.
    ///
    /// # Errors
    /// When no port is free.
    pub fn start() -> io::Result<Self> {
        let listener = Bound::bind("127.0.0.1:0")?;
        Ok(Self { address: listener.local_addr()?, _listener: listener })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_found_one_after_the_other() {
        let one = b"POST / HTTP/1.1\r\ncontent-length: 2\r\n\r\n{}";
        assert_eq!(whole(one), Some(one.len()));
        assert_eq!(whole(&one[..one.len() - 1]), None);
        assert_eq!(whole(&[one.as_slice(), b"POST"].concat()), Some(one.len()));
        assert_eq!(whole(b"POST"), None);
    }
}
