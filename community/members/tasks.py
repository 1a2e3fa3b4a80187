from __future__ import annotations

from django.core.mail import EmailMultiAlternatives

from foundation.tasks import task


@task(queue="mail")
def send_account_mail(*, subject: str, body: str, html: str, sender: str, to: list[str]) -> None:
    """Send one mail about an account; the worker retries while the mail server is away."""
    mail = EmailMultiAlternatives(subject, body, sender, to)
    if html:
        mail.attach_alternative(html, "text/html")
    mail.send()
