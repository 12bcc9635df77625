//! Why this room says no.

crate::refusals! {
    GOODS_CLOSED = conflict("goods_closed", "The union gives no goods for credit just now.");
    NOT_ON_OFFER = conflict("not_on_offer", "This is not on offer, or not any more.");
    SOLD_OUT = conflict("sold_out", "The last one is gone.");
    PRICE_CHANGED = conflict("price_changed", "This has another price by now.");
    GOODS_LIMIT_REACHED = conflict("goods_limit_reached", "You have as many of this as one person may.");
    NOT_ENOUGH_CREDIT = conflict("not_enough_credit", "You have less credit than this costs.");
    /// Of this union.
    NO_SUCH_VOUCHER = not_found("no_such_voucher", "There is no such voucher here.");
    VOUCHER_REDEEMED = conflict("voucher_redeemed", "This voucher was redeemed already.");
    VOUCHER_EXPIRED = conflict("voucher_expired", "This voucher has expired.");
    VOUCHER_REFUNDED = conflict("voucher_refunded", "This voucher was taken back.");
    NOT_A_SHOP = forbidden("not_a_shop", "This phone is no shop of a union, or not any more.");
    NO_SHOP_INVITATION = not_found("no_shop_invitation", "This link was used, or is too old.");
}
