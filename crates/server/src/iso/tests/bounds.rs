//! Peers that send too slowly, too fast, or never read.

use std::time::Instant;

use tokio::net::TcpSocket;

use super::*;

#[tokio::test]
async fn an_idle_connection_is_closed_though_it_trickles() {
    let idle_timeout = Duration::from_millis(50);
    let door = door(PeerLimits { idle_timeout, ..LIMITS }).await;
    let mut stream = door.connect().await;
    let (mut reader, mut writer) = stream.split();
    // A byte every few milliseconds is never silence, and never a message either.
    let trickle = async {
        loop {
            if writer.write_all(&[1]).await.is_err() {
                std::future::pending::<()>().await;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let closed = tokio::select! {
        closed = next(&mut reader) => closed,
        () = trickle => unreachable!("it trickles for ever"),
    };
    assert_eq!(closed, None);
}

#[tokio::test]
async fn whole_messages_keep_a_connection_open() {
    let idle_timeout = Duration::from_millis(800);
    let door = door(PeerLimits { idle_timeout, ..LIMITS }).await;
    let mut stream = door.connect().await;
    let (mut opened, mut last) = (Instant::now(), Instant::now());
    while opened.elapsed() < idle_timeout * 2 {
        let begun = Instant::now();
        let sent = stream.write_all(&echo("000001")).await;
        let answered = next(&mut stream).await;
        if sent.is_err() || answered.is_none() {
            // The machine stood still: this peer was silent after all.
            assert!(last.elapsed() >= idle_timeout, "closed after {:?}", last.elapsed());
            (opened, last) = (Instant::now(), Instant::now());
            stream = door.connect().await;
        } else {
            assert_eq!(answered, answer("000001", "00"));
            last = begun;
        }
    }
    assert_eq!(next(&mut stream).await, None, "it is closed once it is silent");
}

#[tokio::test]
async fn a_peer_that_never_reads_is_let_go() {
    let write_timeout = Duration::from_millis(100);
    let limits = PeerLimits { write_timeout, max_per_second: 1_000_000, ..LIMITS };
    let door = open(|held| Door {
        peers: Peers::anybody(terms(held, WireFormat::default(), limits)),
        max_connections: 1,
        tls: None,
    })
    .await;
    // With little room on its side the kernel does not hold many responses for it.
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    let mut deaf = socket.connect(door.address).await.unwrap();
    let many = echo("000001").repeat(1_000);
    let flood = async { while deaf.write_all(&many).await.is_ok() {} };
    timeout(SOON * 6, flood).await.expect("the connection is closed");
    // Its place is free again.
    let served = async {
        loop {
            let mut honest = door.connect().await;
            if honest.write_all(&echo("000002")).await.is_ok()
                && next(&mut honest).await == answer("000002", "00")
            {
                break;
            }
        }
    };
    timeout(SOON, served).await.expect("others are served");
}

#[tokio::test]
async fn a_peer_beyond_its_pace_waits_and_others_do_not() {
    let door = door(PeerLimits { max_per_second: 20, ..LIMITS }).await;
    let (mut first, mut second) = (door.connect().await, door.connect().await);
    let started = Instant::now();
    // The pace is the peer's, so a second connection gains nothing.
    first.write_all(&echo("000001").repeat(15)).await.unwrap();
    second.write_all(&echo("000001").repeat(15)).await.unwrap();
    for _ in 0..15 {
        assert_eq!(next(&mut first).await, answer("000001", "00"));
        assert_eq!(next(&mut second).await, answer("000001", "00"));
    }
    let waited = started.elapsed();
    assert!(waited >= Duration::from_millis(450), "30 messages at 20 a second took {waited:?}");
}

#[tokio::test]
async fn waiting_for_the_pace_does_not_hold_up_a_shutdown() {
    let door = door(PeerLimits { max_per_second: 1, ..LIMITS }).await;
    let mut stream = door.connect().await;
    stream.write_all(&echo("000001").repeat(60)).await.unwrap();
    assert_eq!(next(&mut stream).await, answer("000001", "00"));
    door.stop.send(true).unwrap();
    timeout(SOON, door.serving).await.unwrap().unwrap();
}
