"""The lines of UCI Online Retail invoices: sales, returns, postage, or bookkeeping."""

import msgspec

from tailorbird.collect.sources.fields import moment_text, number, present, whole_number
from tailorbird.collect.sources.rows import UnfitRow
from tailorbird.collect.sources.tables import Record

COLUMNS = (
    "InvoiceNo",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "UnitPrice",
    "CustomerID",
    "Country",
)
POSTAGE = frozenset({"POST", "DOT", "C2"})
# Stock codes that stand for bookkeeping; what is left of them has no item that a person chose.
_BOOKKEEPING = {
    "AMAZONFEE": "a marketplace's fee",
    "B": "a bad debt written off",
    "BANK CHARGES": "a bank's charges",
    "CRUK": "a donation's commission",
    "D": "a discount on account",
    "M": "a manual entry",
    "S": "samples",
}


class InvoiceLine(msgspec.Struct, frozen=True):
    """One line of an invoice that is about goods or their postage; quantities are positive."""

    line: int
    raw: str
    invoice: str
    code: str
    title: str
    quantity: int
    at: str
    price: float
    customer: str
    country: str

    @property
    def returned(self) -> bool:
        """Whether the line gives money back."""
        return self.invoice.startswith("C")

    @property
    def postage(self) -> bool:
        """Whether the line is for carriage, not for an item."""
        return self.code in POSTAGE


def invoice_line(record: Record) -> InvoiceLine:
    """Return what a row says, once it is sure to be a sale, a return or postage.

    Raises:
        UnfitRow: it is bookkeeping, or a cell cannot be read.
    """
    invoice, code, title, quantity, date, price, customer, country = record.cells
    found = InvoiceLine(
        line=record.line,
        raw=record.raw,
        invoice=present(invoice, "InvoiceNo"),
        code=present(code.strip().upper(), "StockCode"),
        title=title.strip(),
        quantity=whole_number(quantity, "Quantity"),
        at=moment_text(date, "InvoiceDate"),
        price=number(price, "UnitPrice"),
        customer=customer.strip().removesuffix(".0"),
        country=country.strip(),
    )
    refusal = _bookkeeping(found) or _wrong_sign(found)
    if refusal is not None:
        raise UnfitRow(refusal)
    return msgspec.structs.replace(found, quantity=abs(found.quantity))


def _bookkeeping(line: InvoiceLine) -> str | None:
    """Return why a line has nothing to do with a customer and goods; None when it has."""
    if line.invoice.startswith("A"):
        return "InvoiceNo begins with A: an adjustment of the books, not an order; nothing to do"
    if line.code in _BOOKKEEPING:
        what = _BOOKKEEPING[line.code]
        return f"StockCode {line.code} is {what}, not an item; give it an item's code to keep it"
    if line.price == 0 and not line.customer:
        return "UnitPrice is 0 and CustomerID empty: stock found or lost, not a sale; nothing to do"
    return None


def _wrong_sign(line: InvoiceLine) -> str | None:
    """Return which number has a sign that no sale, return or postage has; None when both fit."""
    if line.price < 0:
        return "UnitPrice is below 0: an adjustment, not a sale; correct the price to keep it"
    if line.returned and line.quantity >= 0:
        return "Quantity is not below 0 on a C invoice; a return counts pieces as negative"
    if not line.returned and line.quantity <= 0:
        return "Quantity is not above 0 though the invoice is no return; put C before InvoiceNo"
    return None
