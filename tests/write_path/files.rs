//! Files beside the database's rows: kept whole, and swept up where they belong to nothing.

use std::{sync::Arc, time::Duration};

use cardium_app::blobs::{BlobError, BlobStore, BlobWriter, ORPHAN_AGE, PIECE, Swept, sweep};
use cardium_kernel::{BlobId, Clock};
use cardium_store::open_blobs;
use cardium_testkit::{Backend, Scratch, World};

use crate::on_both;

/// A whole file; none where nothing of it is kept.
fn get(blobs: &dyn BlobStore, id: BlobId) -> Option<Vec<u8>> {
    let pieces = (0..).map_while(|place| blobs.piece(id, place).expect("it is read"));
    let pieces: Vec<_> = pieces.collect();
    assert!(pieces.iter().rev().skip(1).all(|piece| piece.len() == PIECE));
    if pieces.is_empty() { None } else { Some(pieces.concat()) }
}

on_both! {
    files_come_back_as_they_went;
    a_file_comes_in_pieces_of_any_size;
    orphans_are_swept_up_after_a_day;
    a_file_that_stays_holds_up_none_before_it;
}

/// A sweep takes away what its own database does not name, so it must not see the other's.
#[test]
fn databases_in_one_folder_share_no_files() {
    let scratch = Scratch::new(Backend::Sqlite);
    let open = |name: &str| {
        let path = scratch.folder().join(name);
        open_blobs(&path.display().to_string()).expect("they open")
    };
    let (one, other) = (open("one.db"), open("other.db"));
    let id = BlobId::new(0x100);
    one.put(id, b"mine").expect("it is kept");
    assert_eq!(get(&*other, id), None);
    assert_eq!(other.list((None, BlobId::new(u128::MAX)), 9), Ok(Vec::new()));
    assert_eq!(get(&*one, id), Some(b"mine".to_vec()));
}

/// Makes a file belong to a dispute, behind the product's back.
fn attach(world: &World, blob: BlobId) {
    let id = match world.scratch.backend() {
        Backend::Sqlite => format!("x'{:032x}'", blob.value()),
        Backend::Postgres => format!("'\\x{:032x}'", blob.value()),
    };
    world.scratch.execute(&format!(
        "INSERT INTO dispute_evidence (id, dispute_id, account_id, kind, content, blob_id, \
         filename, content_type, size, sha256, created_at) \
         VALUES ({id}, {id}, {id}, 'other', NULL, {id}, 'a', 'text/plain', 1, {id}, 0)"
    ));
}

fn files_come_back_as_they_went(backend: Backend) {
    let world = World::new(backend);
    let blobs = open_blobs(world.scratch.url()).expect("they open");
    for length in [1, 256 * 1_024, 256 * 1_024 + 1, 9 * 1_024 * 1_024] {
        let id = BlobId::new(world.mint());
        let bytes: Vec<u8> = (0..=u8::MAX).cycle().take(length).collect();
        assert_eq!(get(&*blobs, id), None);
        blobs.put(id, &bytes).expect("it is kept");
        assert!(get(&*blobs, id) == Some(bytes), "{length} bytes differ");
        blobs.delete(&[id]).expect("it goes");
        blobs.delete(&[id]).expect("it is gone already");
        assert_eq!(get(&*blobs, id), None);
    }
}

fn a_file_comes_in_pieces_of_any_size(backend: Backend) {
    let world = World::new(backend);
    let blobs = open_blobs(world.scratch.url()).expect("they open");
    let mut ids = [BlobId::new(world.mint()), BlobId::new(world.mint())];
    ids.sort_unstable();
    let [whole, broken] = ids;
    let bytes: Vec<u8> = (0..=u8::MAX).cycle().take(3 * 1_024 * 1_024 + 7).collect();
    let mut writer = blobs.begin(whole).expect("it begins");
    let mut rest = &bytes[..];
    for size in [1, 70_000, PIECE, 0, 2 * PIECE + 1, 1_500_000].into_iter().cycle() {
        let (now, later) = rest.split_at(size.min(rest.len()));
        writer.write(now).expect("it is written");
        rest = later;
        if rest.is_empty() {
            break;
        }
    }
    writer.finish().expect("it is kept");
    assert!(get(&*blobs, whole) == Some(bytes.clone()), "the bytes differ");
    // One that breaks off belongs to nothing, and the sweep finds it.
    let mut writer = blobs.begin(broken).expect("it begins");
    writer.write(&bytes).expect("it is written");
    drop(writer);
    let all = (None, BlobId::new(u128::MAX));
    assert_eq!(blobs.list(all, 9), Ok(vec![whole, broken]));
    blobs.delete(&[broken]).expect("it goes");
    assert_eq!(blobs.list(all, 9), Ok(vec![whole]));
}

fn orphans_are_swept_up_after_a_day(backend: Backend) {
    let world = World::new(backend);
    let blobs = open_blobs(world.scratch.url()).expect("they open");
    let [attached, orphan] = [(); 2].map(|()| {
        world.clock.advance(Duration::from_secs(1));
        BlobId::new(world.mint())
    });
    blobs.put(attached, b"mine").expect("it is kept");
    blobs.put(orphan, b"nobody's").expect("it is kept");
    attach(&world, attached);
    let slice = |after| sweep(&*blobs, &*world.reads, after, world.clock.now()).expect("it sweeps");
    assert_eq!(slice(None), Swept { last: None, seen: 0, removed: 0 });
    world.clock.advance(ORPHAN_AGE + Duration::from_secs(1));
    let fresh = BlobId::new(world.mint());
    blobs.put(fresh, b"on its way").expect("it is kept");
    assert_eq!(slice(None), Swept { last: Some(orphan), seen: 2, removed: 1 });
    assert_eq!(slice(Some(orphan)), Swept { last: Some(orphan), seen: 0, removed: 0 });
    assert_eq!(get(&*blobs, orphan), None);
    assert_eq!(get(&*blobs, attached), Some(b"mine".to_vec()));
    assert_eq!(get(&*blobs, fresh), Some(b"on its way".to_vec()));
}

/// Files of which one cannot be removed.
struct Stuck(Arc<dyn BlobStore>, BlobId);

impl BlobStore for Stuck {
    fn begin(&self, id: BlobId) -> Result<Box<dyn BlobWriter + '_>, BlobError> {
        self.0.begin(id)
    }

    fn piece(&self, id: BlobId, place: u32) -> Result<Option<Vec<u8>>, BlobError> {
        self.0.piece(id, place)
    }

    fn delete(&self, ids: &[BlobId]) -> Result<(), BlobError> {
        if ids.contains(&self.1) { Err(BlobError("stuck".to_owned())) } else { self.0.delete(ids) }
    }

    fn list(
        &self,
        range: (Option<BlobId>, BlobId),
        limit: usize,
    ) -> Result<Vec<BlobId>, BlobError> {
        self.0.list(range, limit)
    }
}

fn a_file_that_stays_holds_up_none_before_it(backend: Backend) {
    let world = World::new(backend);
    let blobs = open_blobs(world.scratch.url()).expect("they open");
    let [first, stuck, last] = [(); 3].map(|()| {
        world.clock.advance(Duration::from_secs(1));
        let id = BlobId::new(world.mint());
        blobs.put(id, b"nobody's").expect("it is kept");
        id
    });
    world.clock.advance(ORPHAN_AGE + Duration::from_secs(1));
    let mut files = Stuck(blobs, stuck);
    let slice = |files: &Stuck, after| sweep(files, &*world.reads, after, world.clock.now());
    let swept = slice(&files, None).expect("it sweeps");
    assert_eq!(swept, Swept { last: Some(first), seen: 3, removed: 1 });
    slice(&files, swept.last).expect_err("there is nothing before it any more");
    files.1 = BlobId::new(0);
    let swept = slice(&files, swept.last).expect("it sweeps");
    assert_eq!(swept, Swept { last: Some(last), seen: 2, removed: 2 });
}
