//! Who is let in, on which terms.

use std::net::{IpAddr, SocketAddr};

use cardium_iso8583::{
    BitmapEncoding, FrameHeader, NumericEncoding, Tpdu, TransportHeader,
    frame::{FrameReader, frame_to},
};
use tokio::{net::TcpSocket, time::Instant};

use super::{
    super::peers::{
        Admitted, Refusal,
        tests::{MOST, known},
    },
    *,
};

const PACKED: WireFormat = WireFormat {
    bitmap: BitmapEncoding::Hex,
    numerics: NumericEncoding::Bcd,
    header: FrameHeader::FourAscii,
    transport: TransportHeader::Tpdu,
};

fn admitted(peers: &mut Peers, address: &str) -> Result<Admitted, Refusal> {
    let address: IpAddr = address.parse().unwrap();
    peers.admit(SocketAddr::new(address, 40_000))
}

fn refusal(peers: &mut Peers, address: &str) -> Option<Refusal> {
    admitted(peers, address).err()
}

fn peer(
    name: &str,
    networks: &[&str],
    max_connections: usize,
) -> (String, Vec<ipnet::IpNet>, Terms) {
    let networks = networks.iter().map(|network| network.parse().unwrap()).collect();
    let limits = PeerLimits { max_connections, ..LIMITS };
    (name.to_owned(), networks, terms(&Arc::default(), WireFormat::default(), limits))
}

#[test]
fn only_named_networks_are_let_in() {
    let networks = ["10.0.0.0/8", "192.0.2.7/32", "2001:db8::/32"];
    let mut peers = Peers::named(vec![peer("processor", &networks, 1)]);
    for known in ["10.1.2.3", "192.0.2.7", "2001:db8::7", "::ffff:10.1.2.3"] {
        let admitted = admitted(&mut peers, known).expect(known);
        assert!(admitted.to_string().starts_with("processor at "), "{admitted}");
    }
    for unknown in ["11.0.0.1", "192.0.2.8", "2001:db9::7", "::ffff:11.0.0.1"] {
        assert_eq!(refusal(&mut peers, unknown), Some(Refusal::Stranger), "{unknown}");
    }
}

#[test]
fn the_first_peer_with_the_address_applies_and_keeps_to_its_own_places() {
    let narrow = peer("narrow", &["10.1.0.0/16"], 1);
    let mut peers = Peers::named(vec![narrow, peer("wide", &["10.0.0.0/8"], 2)]);
    let first = admitted(&mut peers, "10.1.0.1").unwrap();
    assert!(first.to_string().starts_with("narrow at "), "{first}");
    assert_eq!(refusal(&mut peers, "10.1.0.2"), Some(Refusal::PeerIsFull));
    let others = ["10.2.0.1", "10.3.0.1"].map(|address| admitted(&mut peers, address).unwrap());
    assert_eq!(refusal(&mut peers, "10.4.0.1"), Some(Refusal::PeerIsFull));
    drop(first);
    assert_eq!(refusal(&mut peers, "10.1.0.2"), None);
    drop(others);
    assert_eq!(refusal(&mut peers, "10.4.0.1"), None);
}

#[test]
fn where_nobody_is_named_each_site_has_its_own_places() {
    let limits = PeerLimits { max_connections: 1, ..LIMITS };
    let mut peers = Peers::anybody(terms(&Arc::default(), WireFormat::default(), limits));
    let held = ["192.0.2.1", "192.0.2.2", "2001:db8:0:1::1", "2001:db8:0:2::1"]
        .map(|address| admitted(&mut peers, address).expect(address));
    for full in ["192.0.2.1", "::ffff:192.0.2.1", "2001:db8:0:1::2"] {
        assert_eq!(refusal(&mut peers, full), Some(Refusal::PeerIsFull), "{full}");
    }
    drop(held);
    assert_eq!(refusal(&mut peers, "192.0.2.1"), None);
}

#[test]
fn connecting_anew_gives_no_new_pace() {
    let limits = PeerLimits { max_per_second: 1, ..LIMITS };
    let mut peers = Peers::anybody(terms(&Arc::default(), WireFormat::default(), limits));
    let now = Instant::now();
    let take = |peers: &mut Peers, address: &str| {
        admitted(peers, address).expect(address).peer.pace.reserve(now)
    };
    assert!(take(&mut peers, "192.0.2.1") <= now);
    // Other sites come and go in between, more than are looked at singly.
    for n in 0..1_000_u32 {
        assert!(take(&mut peers, &IpAddr::V4((0x0A00_0000 + n).into()).to_string()) <= now);
    }
    assert!(take(&mut peers, "192.0.2.1") > now, "its connection is gone, its pace is not");
}

#[test]
fn remembered_sites_are_bounded() {
    let mut peers = Peers::anybody(terms(&Arc::default(), WireFormat::default(), LIMITS));
    let now = Instant::now() + Duration::from_secs(60);
    for n in 0..100_000_u32 {
        let address = IpAddr::V4((0x0A00_0000 + n).into());
        let admitted = peers.admit(SocketAddr::new(address, 1)).expect("it has room");
        let _used = admitted.peer.pace.reserve(now);
        assert!(known(&peers) <= MOST, "{n}");
    }
}

async fn connect_from(source: &str, door: &Opened) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(format!("{source}:0").parse().unwrap()).unwrap();
    socket.connect(door.address).await.unwrap()
}

async fn two_peers() -> Opened {
    open(|held| {
        let plain = terms(held, WireFormat::default(), LIMITS);
        let packed = terms(held, PACKED, LIMITS);
        let named = |name: &str, network: &str, terms| {
            (name.to_owned(), vec![network.parse().unwrap()], terms)
        };
        let peers =
            vec![named("plain", "127.0.0.1/32", plain), named("packed", "127.0.0.2/32", packed)];
        Door { peers: Peers::named(peers), max_connections: 8, tls: None }
    })
    .await
}

#[tokio::test]
async fn each_peer_is_talked_to_in_its_own_format() {
    let door = two_peers().await;
    let mut plain = connect_from("127.0.0.1", &door).await;
    plain.write_all(&echo("000001")).await.unwrap();
    assert_eq!(next(&mut plain).await, answer("000001", "00"));
    let mut packed = connect_from("127.0.0.2", &door).await;
    let request = message(&[(7, "0519073000"), (11, "000002"), (70, "301")], "0800");
    let route = Tpdu::new([0, 1], [0, 9]);
    let framed = frame_to(&encode(&request, &PACKED), Some(route), &PACKED).unwrap();
    packed.write_all(&framed).await.unwrap();
    let response = read_next(&mut packed, &mut FrameReader::new(PACKED)).await;
    assert_eq!(response.tpdu, Some(Tpdu::new([0, 9], [0, 1])), "the answer goes back");
    let response = decode(&response.payload, &PACKED).unwrap();
    assert_eq!((response.get(11), response.get(39)), (Some("000002"), Some("00")));
}

/// Requests in flight at once come back in any order, each to where it came from.
#[tokio::test]
async fn each_answer_has_the_route_of_its_own_request() {
    let door = two_peers().await;
    let mut packed = connect_from("127.0.0.2", &door).await;
    for (stan, source) in [("000001", 1), ("000002", 2)] {
        let request = message(&purchase_fields(stan), "0100");
        let route = Tpdu::new([0, 0], [0, source]);
        let framed = frame_to(&encode(&request, &PACKED), Some(route), &PACKED).unwrap();
        packed.write_all(&framed).await.unwrap();
    }
    door.holds(2).await;
    door.held.let_go();
    let mut reader = FrameReader::new(PACKED);
    for _ in 0..2 {
        let response = read_next(&mut packed, &mut reader).await;
        let message = decode(&response.payload, &PACKED).unwrap();
        let stan = message.get(11).unwrap().as_bytes()[5] - b'0';
        assert_eq!(response.tpdu, Some(Tpdu::new([0, stan], [0, 0])));
    }
}

#[tokio::test]
async fn a_stranger_is_closed_at_once() {
    let door = two_peers().await;
    let mut stranger = connect_from("127.0.0.3", &door).await;
    assert_eq!(next(&mut stranger).await, None);
    let mut known = connect_from("127.0.0.1", &door).await;
    known.write_all(&echo("000001")).await.unwrap();
    assert_eq!(next(&mut known).await, answer("000001", "00"));
}

#[tokio::test]
async fn a_greedy_address_leaves_room_for_others() {
    let door = door(PeerLimits { max_connections: 2, ..LIMITS }).await;
    let mut greedy = Vec::new();
    for _ in 0..2 {
        let mut stream = connect_from("127.0.0.1", &door).await;
        stream.write_all(&echo("000001")).await.unwrap();
        assert_eq!(next(&mut stream).await, answer("000001", "00"));
        greedy.push(stream);
    }
    assert_eq!(next(&mut connect_from("127.0.0.1", &door).await).await, None);
    let mut other = connect_from("127.0.0.2", &door).await;
    other.write_all(&echo("000002")).await.unwrap();
    assert_eq!(next(&mut other).await, answer("000002", "00"));
}
