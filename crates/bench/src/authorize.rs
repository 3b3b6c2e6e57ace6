//! An acquirer's line to the card network door: many requests in flight, each answer followed by
//! the next request of the same card.

use std::{
    collections::HashMap,
    io::{self, ErrorKind},
    net::SocketAddr,
    sync::atomic::{AtomicU64, Ordering},
    time::Instant,
};

use cardium_authorizations::Merchant;
use cardium_iso8583::{
    Message, WireFormat, decode, encode,
    frame::{FrameReader, frame},
};
use cardium_kernel::{Money, Timestamp};
use cardium_network::simulate::{Purchase, Trace, sign_on, transmission};
use cardium_vault::Pan;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    cast::Holder,
    error::BenchError,
    sample::{Latencies, Window},
    served::Caller,
};

/// Requests in flight on one connection; each connection has as many cards.
pub const IN_FLIGHT: usize = 8;
const CHUNK: usize = 8 * 1_024;

/// Every message of a run is another one.
static MESSAGES: AtomicU64 = AtomicU64::new(1);

/// Asks for a cent from each of the cards again and again while the window is open.
pub fn authorize(address: SocketAddr, holders: Vec<Holder>, window: Window) -> Caller {
    Box::pin(async move { Line::open(address).await?.keep_asking(&holders, window).await })
}

struct Line {
    stream: TcpStream,
    frames: FrameReader,
    /// Whose request was sent when, by trace number (DE 11).
    in_flight: HashMap<String, (usize, Instant)>,
}

impl Line {
    async fn open(address: SocketAddr) -> Result<Self, BenchError> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let frames = FrameReader::new(WireFormat::default());
        let mut line = Self { stream, frames, in_flight: HashMap::new() };
        let hello = sign_on(&trace()).map_err(|error| unfit(&error))?;
        line.send(&hello).await?;
        line.receive().await?;
        Ok(line)
    }

    async fn keep_asking(
        mut self,
        holders: &[Holder],
        window: Window,
    ) -> Result<Latencies, BenchError> {
        let mut latencies = Latencies::default();
        for (card, holder) in holders.iter().enumerate() {
            self.ask(card, &holder.pan).await?;
        }
        while !self.in_flight.is_empty() {
            let answer = self.receive().await?;
            let end = Instant::now();
            let stan = answer.get(11).unwrap_or_default();
            let Some((card, start)) = self.in_flight.remove(stan) else { continue };
            if answer.get(39) != Some("00") {
                return Err(refused(&answer));
            }
            latencies.note(&window, start, end);
            if window.takes(end) {
                self.ask(card, &holders[card].pan).await?;
            }
        }
        Ok(latencies)
    }

    async fn ask(&mut self, card: usize, pan: &str) -> Result<(), BenchError> {
        let pan = Pan::parse(pan).map_err(|error| unfit(&error))?;
        let trace = trace();
        let stan = trace.stan.clone();
        let request = Purchase::online(pan, Money::usd(1), merchant(), trace).request();
        let request = request.map_err(|error| unfit(&error))?;
        self.in_flight.insert(stan, (card, Instant::now()));
        self.send(&request).await
    }

    async fn send(&mut self, message: &Message) -> Result<(), BenchError> {
        let format = WireFormat::default();
        let framed = frame(&encode(message, &format), &format).map_err(|error| unfit(&error))?;
        Ok(self.stream.write_all(&framed).await?)
    }

    async fn receive(&mut self) -> Result<Message, BenchError> {
        loop {
            if let Some(frame) = self.frames.next_frame().map_err(|error| unfit(&error))? {
                let decoded = decode(&frame.payload, &WireFormat::default());
                return decoded.map_err(|error| unfit(&error.reason));
            }
            let mut chunk = [0_u8; CHUNK];
            let count = self.stream.read(&mut chunk).await?;
            if count == 0 {
                return Err(io::Error::from(ErrorKind::UnexpectedEof).into());
            }
            self.frames.push(&chunk[..count]);
        }
    }
}

fn trace() -> Trace {
    let number = MESSAGES.fetch_add(1, Ordering::Relaxed);
    Trace {
        transmitted_at: transmission(Timestamp::from_unix_seconds(1_780_000_000)),
        stan: format!("{:06}", number % 1_000_000),
        retrieval_reference: format!("{number:012}"),
        acquirer: "400001".to_owned(),
        terminal: "BENCH001".to_owned(),
        network_trace: format!("{number:015}"),
    }
}

fn merchant() -> Merchant {
    Merchant {
        name: "BENCHMARK".to_owned(),
        mcc: "5411".to_owned(),
        id: "BENCHMARK".to_owned(),
        city: "SPRINGFIELD".to_owned(),
        country: "US".to_owned(),
    }
}

fn unfit(error: &dyn std::fmt::Display) -> BenchError {
    BenchError::Answer { request: "an ISO 8583 message".to_owned(), answer: error.to_string() }
}

fn refused(answer: &Message) -> BenchError {
    let code = answer.get(39).unwrap_or("nothing");
    BenchError::Answer { request: "0100".to_owned(), answer: format!("DE 39 = {code}") }
}
