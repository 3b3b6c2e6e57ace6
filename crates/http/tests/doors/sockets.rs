//! The server on a real socket.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    time::Duration,
};

use cardium_http::{Listening, serve};

use crate::support::Doors;

/// What the server says to these bytes until it closes the connection.
fn talk(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[actix_web::test]
async fn the_server_answers_and_stops() {
    let doors = Doors::with(|wiring| {
        wiring.settings.head_patience = Duration::from_millis(500);
        wiring.settings.body_patience = Duration::from_millis(100);
    });
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let listening = Listening {
        workers: 1,
        keep_alive: Duration::from_secs(5),
        shutdown_timeout: Duration::from_secs(1),
        tls: None,
    };
    let server = serve(listener, &doors.state, listening).unwrap();
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
        // The framework's own answers have no body (docs/OPERATIONS.md).
        for (head, status) in [("GET /livez HTTP/1.1\r\nHost", "408"), ("nonsense\r\n\r\n", "400")]
        {
            let bare = talk(address, head);
            assert!(bare.starts_with(&format!("HTTP/1.1 {status} ")), "{bare}");
            assert!(bare.ends_with("\r\n\r\n"), "{bare}");
        }
    });
    client.await.unwrap();
    handle.stop(true).await;
    running.await.unwrap().unwrap();
}
