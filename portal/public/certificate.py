"""A certificate verified at its address, by anybody; and one's own certificate, statement and information pack."""

from __future__ import annotations

from flask import Response, current_app, make_response, redirect, render_template, request, url_for
from flask_login import current_user

from portal import clock
from portal.domain.applications.queries import own_application
from portal.domain.attendance import verifying
from portal.domain.attendance.certificates import paper_of, statement_of
from portal.domain.attendance.completing import certificate_of
from portal.domain.attendance.verifying import LARGEST, Likeness, Verdict, Word
from portal.domain.refusals import NotFound, Refusal
from portal.domain.volunteers.appointing import volunteer_of
from portal.domain.volunteers.welcoming import pack_of
from portal.extensions import db, limiter
from portal.public.door import blueprint
from portal.public.forms.certificate import CodeForm, CompareForm
from portal.services.paper_training import pack
from portal.web.errors import refused_beside_field
from portal.web.guards import for_applicants, open_to_all
from portal.web.papers import as_pdf
from portal.web.setup import outside_of
from portal.web.uploads import UploadForm

GUESSES = "20 per hour"  # of codes that are none, from one place; whoever holds a code may ask as often as they like
COMPARISONS = "60 per hour"


def _guessed(response: Response) -> bool:
    return response.status_code == 404


@blueprint.route("/certificates", methods=["GET", "POST"])
@open_to_all
def certificates() -> Response:
    """Where somebody without a camera types the code."""
    form = CodeForm()
    if form.validate_on_submit():
        code = verifying.parse(form.code.data)
        if code is not None:
            return redirect(url_for("public.verify_certificate", code=code), 303)  # type: ignore[return-value]
        form.code.errors = ["Enter the code as it is printed: twenty letters and digits"]
    page = render_template("public/certificate/enter.html", form=form)
    return _unkept(make_response(page, 422 if form.errors else 200))


@blueprint.get("/certificates/<code>")
@limiter.limit(GUESSES, deduct_when=_guessed)
@open_to_all
def verify_certificate(code: str) -> Response:
    """Whether it is ours, whose, for what and from when: what stands on the paper, and nothing else."""
    return _verdict(verifying.verify(db.session(), code))


@blueprint.post("/certificates/<code>")
@limiter.limit(GUESSES, deduct_when=_guessed)
@limiter.limit(COMPARISONS)
@open_to_all
def compare_certificate(code: str) -> Response:
    """The file somebody holds beside the one that was issued. Nothing of it is kept."""
    session, form = db.session(), CompareForm(formdata=None)
    verdict = verifying.verify(session, code)
    if verdict.word is Word.UNKNOWN:
        return _verdict(verdict)
    try:
        return _verdict(verdict, form=form, likeness=verifying.compare(session, code, _sent()))
    except Refusal as refusal:
        refused_beside_field(form, refusal)
    return _verdict(verdict, form=form, status=422)


def _sent() -> bytes:
    """The file's bytes, up to one more than the largest we compare; none where no file came."""
    if request.mimetype != "multipart/form-data":
        return b""
    upload, data = UploadForm(request, limit=LARGEST), b""
    if upload.hopeless:
        raise verifying.FileTooLarge(field="file")
    for part in upload.files():
        while len(data) <= LARGEST and (more := part.read()):
            data += more
        break
    return data


def _verdict(
    verdict: Verdict, *, form: CompareForm | None = None, likeness: Likeness | None = None, status: int = 200
) -> Response:
    page = render_template(
        "public/certificate/verdict.html", verdict=verdict, likeness=likeness, form=form or CompareForm(formdata=None),
        again=CodeForm(formdata=None),
    )  # fmt: skip
    return _unkept(make_response(page, 404 if verdict.word is Word.UNKNOWN else status))


def _unkept(response: Response) -> Response:
    """In no cache and no search engine: it names somebody."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@blueprint.get("/applications/<reference>/certificate.pdf")
@for_applicants
def own_certificate(reference: str) -> Response:
    """The very file that was issued; 404 before training is complete."""
    session = db.session()
    found = certificate_of(session, own_application(session, current_user, reference).id)
    if found is None:
        raise NotFound()
    return as_pdf(paper_of(session, outside_of(current_app), found.id), "certificate")


@blueprint.get("/applications/<reference>/statement.pdf")
@for_applicants
def own_statement(reference: str) -> Response:
    """What the register holds of one's training, as it stands today."""
    session = db.session()
    found = own_application(session, current_user, reference)
    return as_pdf(statement_of(session, outside_of(current_app), found, clock.today()), "statement-of-training")


@blueprint.get("/applications/<reference>/pack.pdf")
@for_applicants
def own_pack(reference: str) -> Response:
    """The information pack, from the day of the appointment on."""
    session = db.session()
    found = own_application(session, current_user, reference)
    volunteer = volunteer_of(session, found.id)
    if volunteer is None:
        raise NotFound()
    return as_pdf(pack(outside_of(current_app).paper, pack_of(session, found, volunteer)), "information-pack")
