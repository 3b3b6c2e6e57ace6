//! The server on a real socket.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    time::Duration,
};

use actix_web::dev::Server;
use cardium_http::{Listening, serve};

use crate::support::{Doors, dispute};

/// What the server says to these bytes until it closes the connection.
fn talk(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// Serves these doors.
fn listen(doors: &Doors) -> (SocketAddr, Server) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let listening = Listening {
        workers: 1,
        keep_alive: Duration::from_secs(5),
        shutdown_timeout: Duration::from_secs(1),
        tls: None,
    };
    (address, serve(listener, &doors.state, listening).unwrap())
}

#[actix_web::test]
async fn the_server_answers_and_stops() {
    let doors = Doors::with(|wiring| {
        wiring.settings.body_patience = Duration::from_millis(100);
    });
    let (address, server) = listen(&doors);
    let handle = server.handle();
    let running = actix_web::rt::spawn(server);
    let client = actix_web::rt::task::spawn_blocking(move || {
        let request = "GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        let live = talk(address, request);
        assert!(live.starts_with("HTTP/1.1 200 OK\r\n"), "{live}");
        assert!(live.contains("x-request-id: req_"), "{live}");
        assert!(live.ends_with("{\"status\":\"ok\"}"), "{live}");
        let declared = "Content-Type: application/json\r\nContent-Length: 9\r\n";
        let head = format!("POST /v1/sessions HTTP/1.1\r\nHost: a\r\n{declared}\r\n");
        let slow = talk(address, &format!("{head}{{\"e"));
        assert!(slow.starts_with("HTTP/1.1 408 "), "{slow}");
        assert!(slow.contains("\"code\":\"request_timeout\""), "{slow}");
        assert_bare(&talk(address, "nonsense\r\n\r\n"), "400");
    });
    client.await.unwrap();
    handle.stop(true).await;
    running.await.unwrap().unwrap();
}

/// The framework's own answers have no body (docs/OPERATIONS.md).
#[track_caller]
fn assert_bare(answer: &str, status: &str) {
    assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
    assert!(answer.ends_with("\r\n\r\n"), "{answer}");
}

#[actix_web::test]
async fn a_head_that_does_not_end_is_refused() {
    let doors = Doors::with(|wiring| wiring.settings.head_patience = Duration::from_millis(500));
    let (address, server) = listen(&doors);
    let handle = server.handle();
    let running = actix_web::rt::spawn(server);
    let client = actix_web::rt::task::spawn_blocking(move || {
        assert_bare(&talk(address, "GET /livez HTTP/1.1\r\nHost"), "408");
    });
    client.await.unwrap();
    handle.stop(true).await;
    running.await.unwrap().unwrap();
}

/// Sends one byte after the other until there is an answer.
fn drip(mut stream: &TcpStream) -> String {
    stream.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
    let mut answer = [0; 1_024];
    for _ in 0..1_000 {
        stream.write_all(b"x").unwrap();
        if let Ok(length) = stream.read(&mut answer) {
            return String::from_utf8_lossy(&answer[..length]).into_owned();
        }
    }
    panic!("a thousand bytes were taken, one by one");
}

/// Each byte comes soon after the last, but all of them are few.
#[actix_web::test]
async fn a_form_that_drips_is_refused() {
    let doors = Doors::with(|wiring| wiring.settings.upload_pause = Duration::from_millis(300));
    let (token, dispute) = (doors.session(), dispute());
    let path = format!("/v1/disputes/{}/evidence", dispute.id);
    *doors.reads.dispute.lock().unwrap() = Some(dispute);
    let (address, server) = listen(&doors);
    let handle = server.handle();
    let running = actix_web::rt::spawn(server);
    let client = actix_web::rt::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 50000000\r\n\r\n\
             --b\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
        let answer = drip(&stream);
        assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
        assert!(answer.contains("\"code\":\"request_timeout\""), "{answer}");
    });
    client.await.unwrap();
    handle.stop(true).await;
    running.await.unwrap().unwrap();
}
