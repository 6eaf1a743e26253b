"""What one shop keeps: its files, opened once, each behind the port that a room asks for."""

from tailorbird.predict.embedding.choosing import remote
from tailorbird.privacy.ports import PersonalStore
from tailorbird.settings import Settings
from tailorbird.spine.ids import WorkspaceId
from tailorbird.storage.embedded import dead_letters as dead_letter_file
from tailorbird.storage.embedded.bandits import SqliteBandits
from tailorbird.storage.embedded.configurations import SqliteVersions
from tailorbird.storage.embedded.dead_letters import SqliteDeadLetters, SqliteTally
from tailorbird.storage.embedded.exposures import SqliteExposures
from tailorbird.storage.embedded.folder import DataFolder
from tailorbird.storage.embedded.items import SqliteItems
from tailorbird.storage.embedded.journal import SqliteJournal
from tailorbird.storage.embedded.links import SqliteLinks
from tailorbird.storage.embedded.log import SqliteEventLog
from tailorbird.storage.embedded.models import ModelFolder
from tailorbird.storage.embedded.offers import SqliteGrants
from tailorbird.storage.embedded.payments import SqlitePayments
from tailorbird.storage.embedded.people_models import PeopleModelFolder
from tailorbird.storage.embedded.receipts import SqliteReceipts
from tailorbird.storage.embedded.seal import Seal, signing_secret
from tailorbird.storage.embedded.segments import SqliteSegments
from tailorbird.storage.embedded.state import current_state
from tailorbird.storage.embedded.uplift_models import UpliftFolder
from tailorbird.storage.embedded.vault import (
    SqliteConsentLedger,
    SqliteSuppression,
    SqliteVault,
    VaultFile,
)


class Stores:
    """The stores of a shop on the embedded backend: a record without logic of its own."""

    def __init__(
        self, name: WorkspaceId, place: DataFolder, secret: bytes, settings: Settings
    ) -> None:
        folder = self.folder = place.workspace(name)
        seal = Seal(secret, f"{name}/vault")
        self.signing_secret = signing_secret(secret, name)
        self.pseudonyms_secret = Seal(secret, f"{name}/pseudonyms").secret()
        self.versions = SqliteVersions(place.control, name)
        self.log = SqliteEventLog(folder / "log.db", dead_letter_file.SCHEMA)
        self.state = current_state(folder / "state.db")
        self.items = SqliteItems(folder / "catalog.db")
        self.dead_letters = SqliteDeadLetters(self.log.writer, folder / "log.db", seal)
        self.tally = SqliteTally(self.log.writer, folder / "log.db")
        self.vault_file = VaultFile(folder / "vault.db", seal)
        self.vault = SqliteVault(self.vault_file)
        self.ledger = SqliteConsentLedger(self.vault_file)
        self.suppression = SqliteSuppression(self.vault_file)
        self.receipts = SqliteReceipts(self.vault_file)
        self.journal = SqliteJournal(folder / "journal.db")
        embedding = remote(settings.embedding, settings.embedding_key)
        self.models = ModelFolder(folder / "models", embedding)
        self.people_models = PeopleModelFolder(folder / "models" / "people")
        self.uplift_models = UpliftFolder(folder / "models" / "uplift")
        self.segments = SqliteSegments(folder / "segments.db")
        self.links = SqliteLinks(folder / "links.db")
        self.bandits = SqliteBandits(folder / "bandits.db")
        self.grants = SqliteGrants(folder / "offers.db")
        self.payments = SqlitePayments(folder / "payments.db")
        self.exposures = SqliteExposures(folder / "experiments.db")

    def of_people(self, profiles: PersonalStore) -> dict[str, PersonalStore]:
        """Return every store that can hold a person, by name, in the order of erasing.

        Args:
            profiles: profiles and identity, which are split before they are forgotten.
        """
        return {
            "log": self.log,
            "dead letters": self.dead_letters,
            "profiles and identity": profiles,
            "decisions": self.journal,
            "experiments": self.exposures,
            "segments": self.segments,
            "links": self.links,
            "offers": self.grants,
            "payments": self.payments,
            "contacts": self.vault,
            "consent": self.ledger,
        }

    def close(self) -> None:
        """Give all files back; what was acknowledged is in them already."""
        written_by_log = (self.dead_letters, self.tally)
        learned = (self.segments, self.links, self.bandits, self.grants, self.payments)
        for one in (*written_by_log, self.log, self.state, *learned):
            one.close()
        for other in (self.vault_file, self.items, self.versions):
            other.close()
