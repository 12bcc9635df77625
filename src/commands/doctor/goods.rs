//! Credit and vouchers: what people have is what their lines come to, and of no goods more are taken than there are.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, EntityTrait};
use uuid::Uuid;

use super::{Finding, the};
use crate::error::Fault;
use crate::goods::line::{self, Kind};
use crate::goods::voucher::{self, State, TAKEN};
use crate::goods::{credit, item};

/// The fold over the lines equals every balance, and every voucher was paid and, where it came back, returned once.
pub async fn credit(db: &impl ConnectionTrait) -> Result<Finding, Fault> {
    let (accounts, lines) = (credit::Entity::find().all(db).await?, line::Entity::find().all(db).await?);
    let (items, vouchers) = (item::Entity::find().all(db).await?, voucher::Entity::find().all(db).await?);
    let mut finding = Finding::of("credit", accounts.len() + items.len());
    let mut folded: HashMap<(Uuid, Uuid), i64> = HashMap::new();
    let mut of_voucher: HashMap<Uuid, Vec<(Kind, i64)>> = HashMap::new();
    for line in &lines {
        *folded.entry((line.organization_id, line.account_id)).or_default() += line.amount;
        if let Some(voucher) = line.voucher_id {
            of_voucher.entry(voucher).or_default().push((line.kind, line.amount));
        }
    }
    for account in &accounts {
        let sum = folded.remove(&(account.organization_id, account.account_id)).unwrap_or_default();
        let message =
            || format!("{}: {} kept, the lines come to {sum}", the("credit of", account.account_id), account.balance);
        finding.unless(sum == account.balance && sum >= 0, message);
    }
    finding.wrong.extend(folded.keys().map(|(_, account)| format!("{}: lines of no credit", the("account", *account))));
    for item in &items {
        let taken = vouchers.iter().filter(|one| one.goods_id == item.id && TAKEN.contains(&one.state)).count();
        let agrees = usize::try_from(item.taken) == Ok(taken) && item.taken <= item.stock;
        let message = || format!("{}: {taken} vouchers, {} taken of {}", the("goods", item.id), item.taken, item.stock);
        finding.unless(agrees, message);
    }
    for voucher in &vouchers {
        let lines = of_voucher.get(&voucher.id).map(Vec::as_slice).unwrap_or_default();
        let paid = lines.iter().filter(|line| **line == (Kind::Spent, -voucher.price)).count() == 1;
        let kept = TAKEN.contains(&voucher.state) && lines.len() > 1;
        finding.unless(paid && !kept, || format!("{}: its price is not on the lines once", the("voucher", voucher.id)));
        let ended = voucher.state == State::Open || voucher.ended_at.is_some();
        finding.unless(ended, || format!("{}: ended at no time", the("voucher", voucher.id)));
    }
    Ok(finding)
}
