"""The outside world in one hand: what actions that reach beyond the database are given."""

from __future__ import annotations

from dataclasses import dataclass

from portal.config import Settings
from portal.services.crypto import KeyRing
from portal.services.mail import Letters, Post
from portal.services.paper import PaperBrand
from portal.services.scanning import ClamdScanner, NoScanner, Scanner
from portal.services.storage import S3Options, Storage, open_storage


@dataclass(frozen=True)
class Outside:
    keys: KeyRing
    storage: Storage
    scanner: Scanner
    post: Post
    letters: Letters
    paper: PaperBrand
    base_url: str


def open_outside(settings: Settings, post: Post) -> Outside:
    """What the settings name; nothing is reached yet, so a store that is down does not stop the start."""
    s3 = S3Options(
        endpoint=settings.s3_endpoint or None,
        allow_http=settings.demonstration,
        access_key=settings.s3_key,
        secret_key=settings.s3_secret,
        region=settings.s3_region,
    )
    return Outside(
        keys=KeyRing.from_settings(settings.master_keys),
        storage=open_storage(settings.storage_url, s3),
        scanner=ClamdScanner(settings.clamd) if settings.clamd else NoScanner(),
        post=post,
        letters=Letters(
            base_url=settings.base_url,
            service_name=settings.service_name,
            force_name=settings.force_name,
            contact_email=settings.contact_email,
            contact_phone=settings.contact_phone,
            demonstration=settings.demonstration,
        ),
        paper=PaperBrand(
            service_name=settings.service_name,
            force_name=settings.force_name,
            contact=f"{settings.contact_email} · {settings.contact_phone}",
            navy=settings.brand_navy,
            blue=settings.brand_blue,
            demonstration=settings.demonstration,
        ),
        base_url=settings.base_url,
    )
