//! Many rows at once, through PostgreSQL's binary COPY.

use std::pin::Pin;

use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Error};

/// A COPY that is under way.
///
/// Columns of an enum are written as text, those of a domain as what it is made of: that is how PostgreSQL reads them.
pub struct Copy(Pin<Box<BinaryCopyInWriter>>);

impl Copy {
    /// Begins; `target` is a table with the columns that the types are of.
    pub async fn into(db: &Client, target: &str, types: &[Type]) -> Result<Self, Error> {
        let sink = db.copy_in(&format!("COPY {target} FROM STDIN (FORMAT binary)")).await?;
        Ok(Self(Box::pin(BinaryCopyInWriter::new(sink, types))))
    }

    pub async fn row(&mut self, values: &[&(dyn ToSql + Sync)]) -> Result<(), Error> {
        self.0.as_mut().write(values).await
    }

    /// Ends; gives the number of rows.
    pub async fn finish(mut self) -> Result<u64, Error> {
        self.0.as_mut().finish().await
    }
}
