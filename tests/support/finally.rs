/// Does something when it is dropped, also when a test fails: what other threads wait for must
/// come, or a failure would hang.
pub struct Finally<F: FnMut()>(pub F);

impl<F: FnMut()> Drop for Finally<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}
