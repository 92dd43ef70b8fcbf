//! A request to stop waiting.
//!
//! A token is a flag and a list of the rooms in which somebody waits with it. Raising the flag wakes them. A thread
//! enters the list before it looks at the flag for the last time, so it cannot miss it.

use super::room::Room;
use super::sync::{AtomicBool, Mutex, lock};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Ends waits, from any thread. Clones are the same token.
///
/// ```
/// use millpond_core::pool::{CancelToken, Pool, PoolConfig};
///
/// let pool = Pool::new(PoolConfig::fixed(1), || vec![0u8; 16])?;
/// let held = pool.acquire()?;
/// let token = CancelToken::new();
/// std::thread::scope(|scope| {
///     let waiter = scope.spawn(|| pool.acquire_or_cancelled(&token).map(|_| ()));
///     token.cancel();
///     assert_eq!(waiter.join().unwrap().unwrap_err().code(), "E_CANCELLED");
/// });
/// # drop(held);
/// # Ok::<(), millpond_core::Error>(())
/// ```
#[derive(Clone)]
pub struct CancelToken {
    node: Arc<Node>,
}

struct Node {
    is_cancelled: AtomicBool,
    outer: Option<Arc<Node>>,
    /// Rooms of those who wait; one list for a token and all its children.
    sleepers: Arc<Mutex<Vec<Arc<Room>>>>,
}

/// Waits with one token that need no memory for their place in its list.
const SLEEPERS: usize = 32;

impl CancelToken {
    /// A token that nobody has raised. Allocates.
    pub fn new() -> CancelToken {
        let sleepers = Arc::new(Mutex::new(Vec::with_capacity(SLEEPERS)));
        CancelToken { node: Arc::new(Node { is_cancelled: AtomicBool::new(false), outer: None, sleepers }) }
    }

    /// A token that is cancelled with this one, and can also be cancelled alone. Allocates.
    pub fn child(&self) -> CancelToken {
        let outer = Some(Arc::clone(&self.node));
        let sleepers = Arc::clone(&self.node.sleepers);
        CancelToken { node: Arc::new(Node { is_cancelled: AtomicBool::new(false), outer, sleepers }) }
    }

    /// Raises the flag and wakes everyone who waits with it. It cannot be lowered.
    ///
    /// # Realtime
    /// Does not allocate. Takes a lock.
    pub fn cancel(&self) {
        self.node.is_cancelled.store(true, Ordering::Release);
        for room in lock(&self.node.sleepers).iter() {
            room.wake_all();
        }
    }

    /// Somebody cancelled this token or the one it is a child of.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn is_cancelled(&self) -> bool {
        let mut node = &self.node;
        loop {
            if node.is_cancelled.load(Ordering::Acquire) {
                return true;
            }
            match &node.outer {
                Some(outer) => node = outer,
                None => return false,
            }
        }
    }

    /// Has `room` woken when the token is cancelled, from now until the answer is dropped.
    pub(super) fn enter<'a>(&'a self, room: &'a Arc<Room>) -> Stay<'a> {
        lock(&self.node.sleepers).push(Arc::clone(room));
        Stay { token: self, room }
    }
}

impl Default for CancelToken {
    fn default() -> Self {
        CancelToken::new()
    }
}

impl core::fmt::Debug for CancelToken {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("CancelToken").field("is_cancelled", &self.is_cancelled()).finish()
    }
}

/// A room's entry in a token's list.
pub(super) struct Stay<'a> {
    token: &'a CancelToken,
    room: &'a Arc<Room>,
}

impl Drop for Stay<'_> {
    fn drop(&mut self) {
        let mut sleepers = lock(&self.token.node.sleepers);
        if let Some(at) = sleepers.iter().position(|room| Arc::ptr_eq(room, self.room)) {
            sleepers.swap_remove(at);
        }
    }
}
