use std::sync::{Arc, Condvar, Mutex};

use cardium_app::Actor;
use cardium_store::{Point, Probe};
use cardium_testkit::{Backend, World};

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
    /// A world whose writer can be stopped between batches.
    pub fn world(backend: Backend) -> (World, Arc<Self>) {
        let gate = Arc::new(Self::default());
        let probe = Arc::clone(&gate);
        (World::with(backend, |settings| settings.probe = Some(probe)), gate)
    }

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

/// Submits commands while the writer is stopped, so that they meet in one batch.
pub fn in_one_batch<T: Send + 'static>(
    world: &World,
    gate: &Gate,
    commands: Vec<impl Future<Output = T> + Send + 'static>,
) -> Vec<T> {
    let expected = commands.len();
    gate.close();
    let blocker = world.sign_up();
    let blocked = world.runtime.spawn(world.submit(Actor::Public, blocker));
    gate.wait_for_writer();
    let answers = world.runtime.block_on(async {
        let mut commands: Vec<_> = commands.into_iter().map(Box::pin).collect();
        // Polling once puts the command into the queue, in this order.
        for command in &mut commands {
            let first = std::future::poll_fn(|context| {
                std::task::Poll::Ready(command.as_mut().poll(context).is_pending())
            });
            assert!(first.await, "the writer is stopped");
        }
        gate.open();
        let mut answers = Vec::with_capacity(commands.len());
        for command in commands {
            answers.push(command.await);
        }
        answers
    });
    let signed_up = world.runtime.block_on(blocked).expect("the task does not panic");
    assert!(signed_up.is_ok());
    assert!(gate.batches().contains(&expected), "one batch: {:?}", gate.batches());
    answers
}
