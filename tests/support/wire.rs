use std::{
    io::{self, Read, Write},
    net::{Shutdown, SocketAddr, TcpStream},
    time::Duration,
};

use serde_json::{Map, Value, json};

/// How long the issuer may take to answer: as long as it is let wait for its commands.
const PATIENCE: Duration = Duration::from_secs(60);

/// One connection to the issuer, with a codec of its own: it shares none with Cardium.
///
/// Messages are JSON objects in the terms of `tests/python/iso_client.py`: "t" is the message
/// type, "2" to "95" are the data elements.
pub struct Line(TcpStream);

impl Line {
    /// Connects.
    pub fn connect(issuer: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(issuer)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self(stream))
    }

    /// Connects and signs on.
    pub fn signed_on(issuer: SocketAddr) -> io::Result<Self> {
        let mut line = Self::connect(issuer)?;
        let response = line.exchange(&management("001", 1))?;
        assert_eq!(response["39"], "00", "the sign-on is accepted: {response}");
        Ok(line)
    }

    /// The same connection, for another thread to write to.
    pub fn other_half(&self) -> io::Result<Self> {
        self.0.try_clone().map(Self)
    }

    /// Sends a message and waits for the next response.
    pub fn exchange(&mut self, message: &Value) -> io::Result<Value> {
        self.write(&framed(message))?;
        self.receive()
    }

    /// Sends bytes as they are.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes)
    }

    /// Says that nothing more will be sent.
    pub fn finish(&mut self) -> io::Result<()> {
        self.0.shutdown(Shutdown::Write)
    }

    /// The next response.
    pub fn receive(&mut self) -> io::Result<Value> {
        let mut length = [0; 2];
        self.0.read_exact(&mut length)?;
        let mut payload = vec![0; usize::from(u16::from_be_bytes(length))];
        self.0.read_exact(&mut payload)?;
        Ok(decode(&payload))
    }

    /// Whether the issuer has closed the connection without another byte.
    pub fn is_closed(&mut self) -> bool {
        match self.0.read(&mut [0]) {
            Ok(count) => count == 0,
            Err(error) => error.kind() == io::ErrorKind::ConnectionReset,
        }
    }
}

/// Network management (0800): "001" signs on, "301" asks for an echo.
pub fn management(function: &str, stan: u32) -> Value {
    json!({"t": "0800", "7": "0519073000", "11": format!("{stan:06}"), "70": function})
}

/// A message with its length before it.
pub fn framed(message: &Value) -> Vec<u8> {
    let payload = encode(message);
    let length = u16::try_from(payload.len()).expect("messages of tests are short");
    [&length.to_be_bytes(), payload.as_slice()].concat()
}

/// A message's bytes: ASCII, with a binary bitmap.
pub fn encode(message: &Value) -> Vec<u8> {
    let fields = message.as_object().expect("a message is an object");
    let (mut bitmap, mut body) = (0_u128, String::new());
    for de in 2..=128_u8 {
        let Some(value) = fields.get(&de.to_string()).and_then(Value::as_str) else {
            continue;
        };
        bitmap |= 1 << (128 - de);
        match length(de) {
            Length::Fixed(_) => body.push_str(value),
            Length::Digits(digits) => body.push_str(&format!("{:0digits$}{value}", value.len())),
        }
    }
    // Bit 1 announces the second half.
    let halves = if bitmap << 64 == 0 { 8 } else { 16 };
    bitmap |= u128::from(halves == 16) << 127;
    let kind = message["t"].as_str().expect("a message has a type");
    [kind.as_bytes(), &bitmap.to_be_bytes()[..halves], body.as_bytes()].concat()
}

/// The message in these bytes.
pub fn decode(payload: &[u8]) -> Value {
    let (kind, rest) = payload.split_at(4);
    let halves = if rest[0] & 0x80 == 0 { 8 } else { 16 };
    let (bits, rest) = rest.split_at(halves);
    let mut bitmap = [0; 16];
    bitmap[..halves].copy_from_slice(bits);
    let bitmap = u128::from_be_bytes(bitmap);
    let mut rest = std::str::from_utf8(rest).expect("responses are ASCII");
    let mut take = |count: usize| {
        let (taken, after) = rest.split_at(count);
        rest = after;
        taken.to_owned()
    };
    let mut message = Map::new();
    message.insert("t".to_owned(), String::from_utf8_lossy(kind).into());
    for de in (2..=128_u8).filter(|de| bitmap >> (128 - de) & 1 == 1) {
        let count = match length(de) {
            Length::Fixed(count) => count,
            Length::Digits(digits) => take(digits).parse().expect("a length has digits"),
        };
        message.insert(de.to_string(), take(count).into());
    }
    assert_eq!(rest, "", "nothing follows the last field");
    message.into()
}

enum Length {
    Fixed(usize),
    /// As many digits before the value tell.
    Digits(usize),
}

/// The fields that tests send or receive.
fn length(de: u8) -> Length {
    match de {
        2 | 32 | 35 => Length::Digits(2),
        48 | 54 | 63 => Length::Digits(3),
        3 | 11 | 12 | 38 => Length::Fixed(6),
        4 | 6 | 37 => Length::Fixed(12),
        7 => Length::Fixed(10),
        13 | 14 | 18 => Length::Fixed(4),
        22 | 49 | 51 | 70 => Length::Fixed(3),
        25 | 39 => Length::Fixed(2),
        41 => Length::Fixed(8),
        42 => Length::Fixed(15),
        43 => Length::Fixed(40),
        90 | 95 => Length::Fixed(42),
        _ => panic!("DE {de} is not known to the tests"),
    }
}
