//! How kernels reach their instruction set.
//!
//! [`kernels!`] makes, of a function that is generic over [`Simd`](super::vector::Simd), one that takes a
//! [`Level`](super::Level): it dispatches once a call to a copy that is compiled for that level. [`methods!`] wraps a
//! level's intrinsics as safe methods of its token.

/// `fn name(args);` for each kernel: calls `vector::name(token, args)`, or `scalar::name(args)` on a level without vectors.
/// Both modules must be in scope.
macro_rules! kernels {
    ($($(#[$attribute:meta])* $visible:vis fn $name:ident($($arg:ident: $type:ty),* $(,)?);)*) => {$(
        $(#[$attribute])*
        #[inline]
        #[allow(clippy::too_many_arguments)]
        $visible fn $name(level: $crate::simd::Level, $($arg: $type),*) {
            match level.token() {
                $crate::simd::Token::Scalar => scalar::$name($($arg),*),
                #[cfg(target_arch = "x86_64")]
                $crate::simd::Token::Sse41(token) => {
                    #[target_feature(enable = "sse4.1,ssse3")]
                    fn run(token: $crate::simd::sse41::Sse41, $($arg: $type),*) {
                        vector::$name(token, $($arg),*);
                    }
                    // SAFETY: the token exists only where the machine has these instructions.
                    unsafe { run(token, $($arg),*) }
                }
                #[cfg(target_arch = "x86_64")]
                $crate::simd::Token::Avx2(token) => {
                    #[target_feature(enable = "avx2")]
                    fn run(token: $crate::simd::avx2::Avx2, $($arg: $type),*) {
                        vector::$name(token, $($arg),*);
                    }
                    // SAFETY: the token exists only where the machine has these instructions.
                    unsafe { run(token, $($arg),*) }
                }
                #[cfg(target_arch = "x86_64")]
                $crate::simd::Token::Avx512(token) => {
                    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vnni")]
                    fn run(token: $crate::simd::avx512::Avx512, $($arg: $type),*) {
                        vector::$name(token, $($arg),*);
                    }
                    // SAFETY: the token exists only where the machine has these instructions.
                    unsafe { run(token, $($arg),*) }
                }
                #[cfg(target_arch = "aarch64")]
                $crate::simd::Token::Neon(token) => vector::$name(token, $($arg),*),
                #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
                $crate::simd::Token::Simd128(token) => vector::$name(token, $($arg),*),
            }
        }
    )*};
}

/// `fn name(args);` for each: plain code, `scalar::name(args)`, compiled for each level as well: what the compiler's own
/// vectors do well enough.
macro_rules! compiled_for_levels {
    ($($(#[$attribute:meta])* $visible:vis fn $name:ident($($arg:ident: $type:ty),* $(,)?);)*) => {$(
        $(#[$attribute])*
        #[inline]
        #[allow(clippy::too_many_arguments)]
        $visible fn $name(level: $crate::simd::Level, $($arg: $type),*) {
            match level.token() {
                #[cfg(target_arch = "x86_64")]
                $crate::simd::Token::Sse41(_) => {
                    #[target_feature(enable = "sse4.1,ssse3")]
                    fn run($($arg: $type),*) {
                        scalar::$name($($arg),*);
                    }
                    // SAFETY: the token exists only where the machine has these instructions.
                    unsafe { run($($arg),*) }
                }
                #[cfg(target_arch = "x86_64")]
                $crate::simd::Token::Avx2(_) | $crate::simd::Token::Avx512(_) => {
                    #[target_feature(enable = "avx2")]
                    fn run($($arg: $type),*) {
                        scalar::$name($($arg),*);
                    }
                    // SAFETY: the token exists only where the machine has these instructions.
                    unsafe { run($($arg),*) }
                }
                _ => scalar::$name($($arg),*),
            }
        }
    )*};
}

/// Methods of a token whose bodies are intrinsics of its level.
macro_rules! methods {
    ($(fn $name:ident $(<const $n:ident>)? ($($arg:ident: $type:ty),*) $(-> $result:ty)? { $($body:tt)* })*) => {$(
        #[inline(always)]
        #[allow(unused_unsafe, reason = "a level may need no instruction for what others have one for")]
        fn $name $(<const $n: i32>)? (self, $($arg: $type),*) $(-> $result)? {
            // SAFETY: `self` exists only where the machine has these instructions; memory is reached only through
            // arrays and slices of sufficient length.
            unsafe { $($body)* }
        }
    )*};
}

pub(crate) use {compiled_for_levels, kernels, methods};
