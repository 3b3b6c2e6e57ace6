//! The server on a real socket.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    time::Duration,
};

use cardium_http::serve;

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
    let doors = Doors::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = serve(listener, &doors.state, 1, Duration::from_secs(1)).unwrap();
    let handle = server.handle();
    let running = actix_web::rt::spawn(server);
    let client = actix_web::rt::task::spawn_blocking(move || {
        let request = "GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        let live = talk(address, request);
        assert!(live.starts_with("HTTP/1.1 200 OK\r\n"), "{live}");
        assert!(live.contains("x-request-id: req_"), "{live}");
        assert!(live.ends_with("{\"status\":\"ok\"}"), "{live}");
    });
    client.await.unwrap();
    handle.stop(true).await;
    running.await.unwrap().unwrap();
}
