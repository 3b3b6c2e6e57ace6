//! Files that are larger than memory should be.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use cardium_testkit::{Backend, Scratch};
use serde_json::{Value, json};

use crate::{
    on_both,
    support::{Process, customer::Customer},
};

on_both! {
    a_large_file_passes_through_little_memory;
}

const MEBIBYTE: usize = 1_024 * 1_024;
const HEAD: &str = "--edge\r\nContent-Disposition: form-data; name=\"type\"\r\n\r\nother\r\n\
    --edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\
    Content-Type: application/pdf\r\n\r\n%PDF-";
const TAIL: &str = "\r\n--edge--\r\n";

/// Uploads a file of this size; gives the answer's status.
fn upload(process: &Process, customer: &Customer, path: &str, size: usize) -> u16 {
    let mut stream = TcpStream::connect(process.http).expect("the server listens");
    let rest = size - "%PDF-".len();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nConnection: close\r\n\
         Content-Type: multipart/form-data; boundary=edge\r\nContent-Length: {}\r\n\r\n{HEAD}",
        customer.token,
        HEAD.len() + rest + TAIL.len()
    );
    stream.write_all(head.as_bytes()).expect("the head is sent");
    let block: Vec<u8> = (0..=u8::MAX).cycle().take(64 * 1_024).collect();
    let mut left = rest;
    while left > 0 {
        let length = left.min(block.len());
        stream.write_all(&block[..length]).expect("the file is sent");
        left -= length;
    }
    stream.write_all(TAIL.as_bytes()).expect("the end is sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("the answer arrives");
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
    status.unwrap_or_else(|| panic!("no answer: {answer}"))
}

/// A customer with a dispute; gives the path of its evidence.
fn dispute(customer: &Customer) -> String {
    customer.fund(500);
    let card = customer.issue();
    customer.load(&card, 10_000);
    let id = |object: &Value, field: &str| object[field].as_str().expect("an id").to_owned();
    let wish = json!({"amount_usd": "40.00"});
    let path = format!("/v1/test/cards/{}/authorizations", card.id);
    let authorization = id(&customer.post(&path, &wish), "authorization_id");
    let path = format!("/v1/test/authorizations/{authorization}/capture");
    let captured = id(&customer.post(&path, &json!({})), "id");
    let wish = json!({"transaction_id": captured, "reason": "duplicate",
        "description": "The merchant charged this twice."});
    format!("/v1/disputes/{}/evidence", id(&customer.post("/v1/disputes", &wish), "id"))
}

fn a_large_file_passes_through_little_memory(backend: Backend) {
    let scratch = Scratch::new(backend);
    let process = Process::with(&scratch, &[], &[]);
    let customer = Customer::sign_up(&process).by_session();
    let path = dispute(&customer);
    assert_eq!(upload(&process, &customer, &path, MEBIBYTE), 200);
    let before = process.memory_peak();
    assert_eq!(upload(&process, &customer, &path, 90 * MEBIBYTE), 200);
    assert_eq!(upload(&process, &customer, &path, 100 * MEBIBYTE + 1), 413);
    let grown = process.memory_peak() - before;
    assert!(grown < 30 * 1_024, "memory grew by {grown} KiB");
    let shown = customer.get(path.trim_end_matches("/evidence"));
    let sizes: Vec<_> = shown["evidence"].as_array().expect("a list").iter().collect();
    let sizes: Vec<_> = sizes.iter().map(|piece| piece["size_bytes"].clone()).collect();
    assert_eq!(sizes, [json!(MEBIBYTE), json!(90 * MEBIBYTE)]);
}
