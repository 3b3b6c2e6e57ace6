use std::sync::{Condvar, Mutex};

use cardium_store::{Point, Probe};

/// Stops the writer inside a batch until it is opened, so that a test decides which commands
/// meet in the next one; and notes how large each batch was.
#[derive(Default)]
pub struct Gate {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    closed: bool,
    waiting: bool,
    batches: Vec<usize>,
}

impl Gate {
    /// The writer stops in its next batch.
    pub fn close(&self) {
        self.state.lock().expect("no test panics here").closed = true;
    }

    /// Waits until the writer has stopped.
    pub fn wait_for_writer(&self) {
        let state = self.state.lock().expect("no test panics here");
        let _state =
            self.changed.wait_while(state, |state| !state.waiting).expect("no test panics here");
    }

    /// Lets the writer go on.
    pub fn open(&self) {
        self.state.lock().expect("no test panics here").closed = false;
        self.changed.notify_all();
    }

    /// The numbers of commands in the batches so far.
    pub fn batches(&self) -> Vec<usize> {
        self.state.lock().expect("no test panics here").batches.clone()
    }
}

impl Probe for Gate {
    fn at(&self, point: Point, commands: usize) {
        if point != Point::Loaded {
            return;
        }
        let mut state = self.state.lock().expect("no test panics here");
        state.batches.push(commands);
        state.waiting = state.closed;
        self.changed.notify_all();
        let mut state =
            self.changed.wait_while(state, |state| state.closed).expect("no test panics here");
        state.waiting = false;
    }
}
