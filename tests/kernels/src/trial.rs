//! One kernel on one input, to be run at any level.

use std::fmt;

use millpond_core::memory;
use millpond_core::simd::Level;

use crate::Picture;

/// What a kernel writes into, with memory around it that it must leave alone.
#[derive(Clone, Debug)]
pub enum Target {
    /// A picture.
    Picture(Picture),
    /// Numbers from `start` on, `len` of them.
    Floats {
        /// All of the memory.
        memory: Vec<f32>,
        /// Where the kernel's part begins.
        start: usize,
        /// Length of the kernel's part.
        len: usize,
    },
    /// A file, or other bytes.
    Bytes(Vec<u8>),
}

impl Target {
    /// Room for `len` numbers after `start` others.
    pub fn floats(start: usize, len: usize) -> Target {
        Target::Floats { memory: vec![f32::MIN_POSITIVE; start + len + 5], start, len }
    }

    /// All bytes, those outside included.
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Target::Picture(picture) => picture.memory().flatten().copied().collect(),
            Target::Floats { memory, .. } => memory.iter().flat_map(|&number| bits(number)).collect(),
            Target::Bytes(bytes) => bytes.clone(),
        }
    }

    /// What a kernel must not write.
    fn outside(&self) -> Vec<u8> {
        match self {
            Target::Picture(picture) => picture.outside(),
            Target::Floats { memory, start, len } => {
                let outside = memory[..*start].iter().chain(&memory[start + len..]);
                outside.flat_map(|&number| bits(number)).collect()
            }
            Target::Bytes(_) => Vec::new(),
        }
    }

    /// The picture.
    ///
    /// # Panics
    /// If it is none.
    pub fn picture(&mut self) -> &mut Picture {
        match self {
            Target::Picture(picture) => picture,
            _ => panic!("a trial writes what it was made for"),
        }
    }

    /// The kernel's numbers.
    ///
    /// # Panics
    /// If there are none.
    pub fn numbers(&mut self) -> &mut [f32] {
        match self {
            Target::Floats { memory, start, len } => &mut memory[*start..*start + *len],
            _ => panic!("a trial writes what it was made for"),
        }
    }

    /// The bytes.
    ///
    /// # Panics
    /// If there are none.
    pub fn file(&mut self) -> &mut [u8] {
        match self {
            Target::Bytes(bytes) => bytes,
            _ => panic!("a trial writes what it was made for"),
        }
    }
}

/// The bits of a number. What is none has a sign and a payload, which instruction sets choose freely: they count as one.
fn bits(number: f32) -> [u8; 4] {
    (if number.is_nan() { f32::NAN } else { number }).to_bits().to_le_bytes()
}

/// A planned kernel: computes into a target, the same each time.
pub type Run = Box<dyn FnMut(&mut Target)>;

/// A kernel with its inputs.
pub struct Trial {
    what: String,
    target: Target,
    plan: Box<dyn Fn(Level) -> Run>,
}

impl fmt::Debug for Trial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl Trial {
    /// `what` says everything that was chosen; `plan` allocates, what it returns does not.
    pub fn new(what: String, target: Target, plan: impl Fn(Level) -> Run + 'static) -> Trial {
        Trial { what, target, plan: Box::new(plan) }
    }

    /// Runs at every level of this machine: all leave the bytes of scalar, a second run leaves those of the first, and
    /// nothing outside is written.
    ///
    /// # Panics
    /// When that does not hold.
    pub fn check(&self) {
        let expected = self.output(Level::SCALAR);
        let what = &self.what;
        assert!(expected.outside() == self.target.outside(), "{what}: bytes outside were written");
        let expected = expected.bytes();
        for level in Level::available() {
            let mut run = (self.plan)(level);
            for time in 1..=2 {
                let mut got = self.target.clone();
                run(&mut got);
                assert!(got.bytes() == expected, "{what}: run {time} at {level:?} differs from scalar");
            }
        }
    }

    /// What a run at this level leaves.
    pub fn output(&self, level: Level) -> Target {
        let mut target = self.target.clone();
        (self.plan)(level)(&mut target);
        target
    }

    /// How often the first run after planning asks the heap for memory; 0 also where nobody counts.
    pub fn allocations(&self, level: Level) -> u64 {
        let (mut run, mut target) = ((self.plan)(level), self.target.clone());
        let before = memory::counts();
        run(&mut target);
        memory::counts().steady - before.steady
    }
}

/// Holds a call to its word: a refusal writes nothing.
///
/// # Panics
/// When it was refused and `after` differs from `before`.
pub fn refused<T>(what: &str, result: &Result<T, millpond_core::Error>, before: &[u8], after: &[u8]) {
    if let Err(error) = result {
        assert!(before == after, "{what}: refused with {error}, but something was written");
        assert!(error.code().starts_with("E_"), "{error:?}");
    }
}
