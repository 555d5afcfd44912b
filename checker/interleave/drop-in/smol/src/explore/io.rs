//! `smol::io`, with waiting that the scheduler knows about.

use std::io::{BufRead, Read, Seek, Write};
use std::pin::Pin;

#[doc(no_inline)]
pub use real::io::*;

/// See [`real::io::BlockOn`].
#[derive(Debug)]
pub struct BlockOn<T>(T);

impl<T> BlockOn<T> {
    /// See [`real::io::BlockOn::new`].
    pub fn new(io: T) -> BlockOn<T> {
        BlockOn(io)
    }

    /// See [`real::io::BlockOn::get_ref`].
    pub fn get_ref(&self) -> &T {
        &self.0
    }

    /// See [`real::io::BlockOn::get_mut`].
    pub fn get_mut(&mut self) -> &mut T {
        &mut self.0
    }

    /// See [`real::io::BlockOn::into_inner`].
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T: AsyncRead + Unpin> Read for BlockOn<T> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        super::block_on(self.0.read(buffer))
    }
}

impl<T: AsyncBufRead + Unpin> BufRead for BlockOn<T> {
    fn fill_buf(&mut self) -> Result<&[u8]> {
        super::block_on(self.0.fill_buf())
    }

    fn consume(&mut self, amount: usize) {
        Pin::new(&mut self.0).consume(amount);
    }
}

impl<T: AsyncWrite + Unpin> Write for BlockOn<T> {
    fn write(&mut self, buffer: &[u8]) -> Result<usize> {
        super::block_on(self.0.write(buffer))
    }

    fn flush(&mut self) -> Result<()> {
        super::block_on(self.0.flush())
    }
}

impl<T: AsyncSeek + Unpin> Seek for BlockOn<T> {
    fn seek(&mut self, position: SeekFrom) -> Result<u64> {
        super::block_on(self.0.seek(position))
    }
}
