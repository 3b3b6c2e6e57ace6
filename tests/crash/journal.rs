use std::sync::{Mutex, MutexGuard};

/// Commands with what came back; nothing where the connection broke before an answer.
pub struct Journal<C, A>(Mutex<Vec<(C, Option<A>)>>);

impl<C, A> Default for Journal<C, A> {
    fn default() -> Self {
        Self(Mutex::new(Vec::new()))
    }
}

impl<C: Clone, A: Clone> Journal<C, A> {
    /// Notes a command with what came back.
    pub fn note(&self, command: C, answer: Option<A>) {
        self.entries().push((command, answer));
    }

    /// Drops the last entry, as if nobody had ever sent the command.
    pub fn forget_last(&self) {
        self.entries().pop();
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries().len()
    }

    /// The commands from this entry on that were answered, with their answers.
    pub fn answered(&self, from: usize) -> Vec<(C, A)> {
        let entries = self.entries();
        let answered =
            |(command, answer): &(C, Option<A>)| Some((command.clone(), answer.clone()?));
        entries.iter().skip(from).filter_map(answered).collect()
    }

    /// Sends again what was never answered, and says how much that was.
    pub fn settle(&self, mut send: impl FnMut(&C) -> A) -> usize {
        let mut settled = 0;
        for (command, answer) in self.entries().iter_mut().filter(|(_, answer)| answer.is_none()) {
            *answer = Some(send(command));
            settled += 1;
        }
        settled
    }

    fn entries(&self) -> MutexGuard<'_, Vec<(C, Option<A>)>> {
        self.0.lock().expect("nothing panics while it holds the journal")
    }
}
