use std::{
    io,
    net::{IpAddr, Ipv4Addr},
    sync::{Arc, Mutex},
};

use cardium_server::serve::{BoxFuture, NameLookup};

/// What names mean to a server under test: nothing, this machine, or what the test says. No test
/// asks a name server.
#[derive(Debug, Default)]
pub struct Phonebook {
    said: Mutex<Option<Vec<IpAddr>>>,
    asked: Mutex<Vec<String>>,
}

impl Phonebook {
    /// A book in which every name is unknown.
    pub fn blank() -> Arc<Self> {
        Arc::default()
    }

    /// From now on every name means this.
    pub fn say(&self, addresses: &[IpAddr]) {
        *self.said.lock().expect("no test panics while it holds it") = Some(addresses.to_vec());
    }

    /// From now on every name is unknown.
    pub fn forget(&self) {
        *self.said.lock().expect("no test panics while it holds it") = None;
    }

    /// The names that were looked up since this was last asked.
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().expect("no test panics while it holds it"))
    }
}

impl NameLookup for Phonebook {
    fn look_up(&self, name: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let said = self.said.lock().expect("no test panics while it holds it").clone();
        let here = (name == "localhost").then(|| vec![Ipv4Addr::LOCALHOST.into()]);
        let found = said.or(here).ok_or_else(|| io::ErrorKind::NotFound.into());
        self.asked.lock().expect("no test panics while it holds it").push(name);
        Box::pin(std::future::ready(found))
    }
}
