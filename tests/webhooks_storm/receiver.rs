use std::{
    collections::BTreeMap,
    io::{self, BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
};

use sha2::{Digest, Sha256};

/// Of a hundred first, second or third arrivals of an event, how many get no 2xx. The fourth does,
/// so that chance does not use up an event's seven attempts.
const FAILURES: u8 = 30;
const UNLUCKY: usize = 3;

/// A webhook as it came, and whether it was answered 204.
#[derive(Debug, Clone)]
pub struct Arrival {
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
    pub taken: bool,
}

impl Arrival {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

/// A receiver that fails as the event and the number of its arrival say.
pub struct Unreliable {
    pub url: String,
    arrivals: Arc<Mutex<Vec<Arrival>>>,
}

/// What a receiver does with a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    Take,
    Fail,
    Redirect,
    Reset,
    Hang,
}

impl Unreliable {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let url = format!("http://{}/hook", listener.local_addr().expect("it is bound"));
        let arrivals = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&arrivals);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let kept = Arc::clone(&kept);
                std::thread::spawn(move || drop(take(stream, &kept)));
            }
        });
        Self { url, arrivals }
    }

    /// What came so far.
    pub fn arrivals(&self) -> Vec<Arrival> {
        self.arrivals.lock().expect("no thread panics here").clone()
    }
}

fn take(stream: TcpStream, kept: &Mutex<Vec<Arrival>>) -> io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut headers = BTreeMap::new();
    let mut line = String::new();
    // A sender that is killed breaks off anywhere: what is not whole never came.
    while reader.read_line(&mut line)? > 0 && line != "\r\n" {
        if let Some((name, value)) = line.trim_end().split_once(": ") {
            headers.insert(name.to_ascii_lowercase(), value.to_owned());
        }
        line.clear();
    }
    let length = headers.get("content-length").and_then(|length| length.parse().ok());
    let Some(length) = length.filter(|_| line == "\r\n") else { return Ok(()) };
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let answer = keep(kept, Arrival { headers, body, taken: false });
    let stream = reader.get_mut();
    let head = match answer {
        Answer::Take => "204 No Content",
        Answer::Fail => "503 Service Unavailable",
        Answer::Redirect => "302 Found\r\nLocation: http://127.0.0.1:9/",
        Answer::Reset => return Ok(()),
        // Until the sender has had enough.
        Answer::Hang => return stream.read(&mut [0]).map(drop),
    };
    write!(stream, "HTTP/1.1 {head}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
}

fn keep(kept: &Mutex<Vec<Arrival>>, mut arrival: Arrival) -> Answer {
    let mut arrivals = kept.lock().expect("no thread panics here");
    let event = arrival.header("cryptocardium-event-id").to_owned();
    let same = |earlier: &&Arrival| earlier.header("cryptocardium-event-id") == event;
    let answer = answer(&event, arrivals.iter().filter(same).count());
    arrival.taken = answer == Answer::Take;
    arrivals.push(arrival);
    answer
}

fn answer(event: &str, earlier: usize) -> Answer {
    let digest = Sha256::digest(format!("{event}/{earlier}"));
    if earlier >= UNLUCKY || digest[0] % 100 >= FAILURES {
        return Answer::Take;
    }
    [Answer::Fail, Answer::Redirect, Answer::Reset, Answer::Hang][usize::from(digest[1] % 4)]
}
