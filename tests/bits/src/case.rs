//! One kernel on one input.

use sha2::{Digest, Sha256};

type Run = Box<dyn FnMut(&mut [u8])>;

/// A kernel with its input and its output's memory: running it computes, and does nothing else.
pub struct Case {
    name: String,
    output: Vec<u8>,
    run: Run,
}

impl Case {
    /// A case whose result is `bytes` long. `run` writes all of it, and the same each time.
    pub fn new(name: impl Into<String>, bytes: usize, run: impl FnMut(&mut [u8]) + 'static) -> Case {
        Case { name: name.into(), output: vec![0; bytes], run: Box::new(run) }
    }

    /// A case whose result is `len` numbers; what is hashed is their bits.
    pub fn floats(name: impl Into<String>, len: usize, mut run: impl FnMut(&mut [f32]) + 'static) -> Case {
        let mut floats = vec![0.0f32; len];
        Case::new(name, size_of::<f32>() * len, move |output| {
            run(&mut floats);
            output.copy_from_slice(bytemuck::cast_slice(&floats));
        })
    }

    /// Operation and size, without spaces.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Runs the kernel once.
    pub fn run(&mut self) {
        (self.run)(&mut self.output);
    }

    /// What the last run wrote.
    pub fn output(&self) -> &[u8] {
        &self.output
    }

    /// Runs the kernel and gives the SHA-256 of its output in lower-case hex.
    pub fn hash(&mut self) -> String {
        self.run();
        Sha256::digest(&self.output).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
