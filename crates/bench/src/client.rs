//! A keep-alive connection over plain TCP: a client library would take a processor's share that
//! belongs to the server under test.

use std::{
    io::{self, ErrorKind},
    net::SocketAddr,
};

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    error::BenchError,
    request::Request,
    response::{Frame, frame},
};

/// Room for a usual response; larger ones make the buffer grow.
const BUFFER: usize = 8 * 1_024;
/// Characters of an unexpected answer that an error shows.
const SHOWN: usize = 300;

/// A connection with one request in flight.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    /// Connects.
    ///
    /// # Errors
    /// When nobody listens.
    pub async fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(BUFFER) })
    }

    /// Sends a request and gives the body of its answer.
    ///
    /// # Errors
    /// [`BenchError::Answer`] unless the status is 2xx.
    pub async fn send(&mut self, request: &mut Request) -> Result<&[u8], BenchError> {
        self.stream.write_all(request.next()).await?;
        self.buffer.clear();
        let found = loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(io::Error::from(ErrorKind::UnexpectedEof).into());
            }
            let framed = frame(&self.buffer).map_err(|_| self.unexpected(request))?;
            if let Some(found) = framed.filter(|found| found.total <= self.buffer.len()) {
                break found;
            }
        };
        self.body(request, found)
    }

    /// Sends a request and gives the JSON of its answer.
    ///
    /// # Errors
    /// As [`Self::send`], or when the answer is no JSON.
    pub async fn call(&mut self, mut request: Request) -> Result<Value, BenchError> {
        let read = serde_json::from_slice(self.send(&mut request).await?);
        read.map_err(|_| self.unexpected(&request))
    }

    fn body(&self, request: &Request, found: Frame) -> Result<&[u8], BenchError> {
        if !(200..300).contains(&found.status) {
            return Err(self.unexpected(request));
        }
        Ok(self.buffer.get(found.head..found.total).unwrap_or_default())
    }

    /// Status line and body of what came, for an error.
    fn unexpected(&self, request: &Request) -> BenchError {
        let text = String::from_utf8_lossy(&self.buffer);
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status = head.lines().next().unwrap_or("nothing");
        let answer = format!("{status} {body}").chars().take(SHOWN).collect();
        BenchError::Answer { request: request.line(), answer }
    }
}
