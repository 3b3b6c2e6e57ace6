//! The demo as the card network: an acquirer on one ISO 8583 connection.

use std::{net::SocketAddr, time::Duration};

use cardium_authorizations::{Finality, Merchant};
use cardium_iso8583::{
    Message, Mti, WireFormat, decode, encode,
    frame::{FrameReader, frame},
};
use cardium_kernel::{Clock, Money};
use cardium_network::simulate::{self, Purchase, Trace, transmission};
use cardium_vault::{Expiry, Pan, SecretText};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{DemoError, check::differs};
use crate::clock::SystemClock;

/// How long the issuer may take.
const PATIENCE: Duration = Duration::from_secs(10);
const ACQUIRER: &str = "400007";
const TERMINAL: &str = "DEMO0001";
const COFFEE_SHOP: &str = "5814";

/// A card as its holder types it in.
#[derive(Debug, Clone)]
pub(super) struct CardDetails {
    pub(super) pan: Pan,
    pub(super) expiry: Expiry,
    pub(super) cvv: SecretText,
}

/// One connection to the issuer.
pub(super) struct CardNetwork {
    stream: TcpStream,
    reader: FrameReader,
    format: WireFormat,
    sent: u32,
}

impl CardNetwork {
    pub(super) async fn connect(address: SocketAddr) -> Result<Self, DemoError> {
        let format = WireFormat::default();
        Ok(Self {
            stream: TcpStream::connect(address).await?,
            reader: FrameReader::new(format),
            format,
            sent: 0,
        })
    }

    pub(super) async fn sign_on(&mut self) -> Result<Message, DemoError> {
        let request = simulate::sign_on(&self.trace())?;
        self.exchange(&request).await
    }

    pub(super) async fn echo(&mut self) -> Result<Message, DemoError> {
        let request = simulate::echo(&self.trace())?;
        self.exchange(&request).await
    }

    /// A purchase that has not been sent yet.
    pub(super) fn purchase(&mut self, card: &CardDetails, cents: i64) -> Purchase {
        let merchant = Merchant {
            name: "CORNER COFFEE".to_owned(),
            mcc: COFFEE_SHOP.to_owned(),
            id: "DEMO00000000001".to_owned(),
            city: "LISBON".to_owned(),
            country: "PT".to_owned(),
        };
        Purchase {
            expiry: Some(card.expiry),
            cvv: Some(card.cvv.clone()),
            ..Purchase::online(card.pan.clone(), Money::usd(cents), merchant, self.trace())
        }
    }

    /// 0100.
    pub(super) async fn authorize(&mut self, purchase: &Purchase) -> Result<Message, DemoError> {
        let request = purchase.request()?;
        self.exchange(&request).await
    }

    /// 0220.
    pub(super) async fn clear(
        &mut self,
        purchase: &Purchase,
        approval_code: &str,
    ) -> Result<Message, DemoError> {
        let clearing = Purchase { trace: self.later(&purchase.trace), ..purchase.clone() };
        let request = clearing.clearing(Some(approval_code), Finality::Last)?;
        self.exchange(&request).await
    }

    /// 0400, in full.
    pub(super) async fn reverse(&mut self, purchase: &Purchase) -> Result<Message, DemoError> {
        let trace = self.later(&purchase.trace);
        let (mti, original) = (Mti::REVERSAL_REQUEST, Mti::AUTHORIZATION_REQUEST);
        let request = purchase.reversal(mti, original, &trace, None)?;
        self.exchange(&request).await
    }

    fn trace(&mut self) -> Trace {
        let stan = self.next_stan();
        Trace {
            transmitted_at: transmission(SystemClock.now()),
            retrieval_reference: format!("DEMO00{stan}"),
            network_trace: format!("DEMO{}{stan}", transmission(SystemClock.now())),
            stan,
            acquirer: ACQUIRER.to_owned(),
            terminal: TERMINAL.to_owned(),
        }
    }

    fn later(&mut self, earlier: &Trace) -> Trace {
        let stan = self.next_stan();
        earlier.again(SystemClock.now(), &stan)
    }

    fn next_stan(&mut self) -> String {
        self.sent = self.sent.saturating_add(1);
        format!("{:06}", self.sent)
    }

    /// Sends a request and waits for its response.
    async fn exchange(&mut self, request: &Message) -> Result<Message, DemoError> {
        let framed = frame(&encode(request, &self.format), &self.format)?;
        self.stream.write_all(&framed).await?;
        let response = tokio::time::timeout(PATIENCE, self.receive()).await;
        let response = response
            .unwrap_or_else(|_| Err(DemoError::Late(format!("the answer to {}", request.mti()))))?;
        let expected = request.mti().response();
        if expected != Some(response.mti()) || response.get(11) != request.get(11) {
            let expected = format!("{expected:?} with DE 11 {:?}", request.get(11));
            let got = format!("{response:?}");
            return Err(differs("the response", &expected, &got));
        }
        Ok(response)
    }

    async fn receive(&mut self) -> Result<Message, DemoError> {
        loop {
            if let Some(frame) = self.reader.next_frame()? {
                let message = decode(&frame.payload, &self.format);
                return message.map_err(|error| differs("the response", "ISO 8583", &error));
            }
            let mut chunk = [0; 4_096];
            let count = self.stream.read(&mut chunk).await?;
            if count == 0 {
                return Err(differs("the connection", "an answer", &"its end"));
            }
            self.reader.push(&chunk[..count]);
        }
    }
}
