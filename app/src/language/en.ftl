# English. Every text that a person reads on a screen or in a terminal; other
# languages have the same names. An error is two texts: what happened, and
# "…-advice", what to do.

# No text may have the name of one of these: the library takes them for the same.
-brand = SecureSign
-pin = PIN
-puk = PUK

## Buttons

back = Back
cancel = Cancel
caps-lock = Caps Lock is on
change-pin = Change { $pin }
close = Close
close-and-lock = Close and lock
go-on = Go on
lock = Lock now
copy = Copy
done = Done
export = Export
look-again = Look again
next = Next
next-request = Next request
remove = Remove
show-secret = Show { $secret }
sign = Sign
try-again = Try again
unlock = Unlock
unlock-with-puk = Unlock with { $puk }
unlock-pin-with-puk = Unlock { $pin } with { $puk }
use-last-try = Use the last try

## Secrets: the names of fields and what errors call them

name-pin = { -pin }
name-signature-pin = Signature { -pin }
# What people in a country call a PIN: PIN1, PIN2.
name-called = { $name } (authentication)
name-called-signature = { $name } (signature)
name-puk = { -puk }
name-reset-code = Reset code
name-admin-pin = Admin { -pin }
name-admin-key = Admin key
pin-present = Present { $pin }
pin-new = New { $pin }
pin-new-again = New { $pin } again

## The token is looked for

looking-title = Looking for your token …
waiting-title = Connect your token
waiting-no-reader = No reader is connected.
waiting-no-reader-advice = Plug in your USB token. It will be detected automatically.
waiting-empty = The reader is empty.
waiting-empty-advice = Insert your token. It will be detected automatically.
waiting-no-service-title = The smart-card service is missing
waiting-no-access-title = No access to smart cards
unknown-title = This token is not supported yet
unknown-named = The token in { $reader } looks like { $name }.
unknown-guessed = The name of the reader, { $reader }, suggests { $name }. That is a guess: the token itself does not say what it is.
unknown-guess = { $name } (a guess, from the name of the reader)
unknown-unnamed = The token in { $reader } is unknown.
unknown-unpublished = How programs talk to it is not public, so { -brand } cannot use it.
unknown-not-yet = { -brand } does not know its commands yet.
unknown-secure-messaging = It opens only to a kind of protected session that { -brand } does not know yet.
unknown-no-application = Such tokens can work with { -brand }, but on this one it found no application that it knows.
unknown-own = It works today with its maker's own software.
unknown-own-maker = It works today with the software of its maker, { $maker }.
unknown-own-named = It works today with the software of its maker, { $maker }: { $software }.
unknown-others = Other programs can use it today through { $software }.
unknown-advice = Nothing was written to it, and no { -pin } was sent. To help make it work here, report which token it is, with its ATR (answer to reset). Even better is a recording of its own software at work, without your { -pin }: see securesign learn --help.
atr = ATR
command-start = To start it
command-install = To install it
copied = Copied.
unreadable-title = The token cannot be read
unreadable = { $reader }: { $what }

## Who asks, and what is signed

sign-title = Sign this document?
requested-by = Requested by
document = Document
document-given = The file you gave: it matches the digest below
document-digest-only = Only its fingerprint (hash); the document stays with the portal
document-comparing = “{ $name }” is being compared …
document-same = “{ $name }”: it matches the digest below
document-not = Not “{ $name }”: that file does not match the digest below
document-pdf = PDF, { $pages ->
        [one] one page
       *[other] { $pages } pages
    }, { $size } kB; it came with the request
document-xml-kind = XML, { $size } kB; it came with the request
document-reason = Reason
document-location = Place
document-enclosed = The document itself is signed, and goes back to the portal with your signature in it. It is not drawn here.
document-enclosed-given = The file that you gave is signed itself. The portal gets it with your signature; of a PDF only what is added to it. It is not drawn here.
document-wanted = A file that you have
document-wanted-text = The portal wants your signature inside a document that you have. Drop that file here, or choose it: only the one with the digest below is signed.
document-wanted-terminal = The portal wants your signature inside a document that you have. Give it with --document FILE: only the one with the digest below is signed.
document-earlier = { $count ->
        [one] There is a signature in it already, which stays as it is.
       *[other] There are { $count } signatures in it already, which stay as they are.
    }
document-earlier-bad = A signature that is in it already is NOT VALID: { $fault }.
document-xml-curve = Some portals in India want XML signed with an RSA key; this one is on a curve.
compare = Drop the document here, or click, to check that it is the same one.
compare-wanted = Drop the document here, or click to choose it: this token makes the signature from the document itself.
compare-original = Drop the document here, or click to choose it: it is the one that gets your signature.
compare-many = Drop only the document you are signing.
compare-no-dialog = This desktop has no dialog to choose a file. Drop the document on this window, or type its path and press Return.
compare-path = Path of the document
compared-same = “{ $name }” is the document to be signed. It matches.
compared-other = “{ $name }” does not match. Don’t sign unless you know why.
unread-elsewhere = That file is not on this computer. Save the document here first, then drop it again.
unread-no-document = “{ $name }” is a folder or a device. Drop the document itself.
unread-too-large = “{ $name }” is larger than 256 MB and was not read. Compare its digest by other means.
unread-failed = “{ $name }” cannot be read ({ $reason }). Check that it is still there, and drop it again.
digest = Digest ({ $algorithm })
request = Request
# Beside the field for the PIN: whose certificate is chosen, and its key.
signing-as = Signing as { $name } · { $key }
from-page = not verified
first-seen = This is the first signature for this site on this computer.
goes-along = Your name and certificate go to the portal with the signature.
pin-not-wanted = This key signs without a { -pin }: whoever has the token can use it.
result-local = Any program on this computer can take the result: it goes to { $origin }.
pin-accepted = The { -pin } was accepted a moment ago. You need not enter it again.
pin-blocked-unlock = The { $pin } is blocked: no tries are left. Unlock it with the { $puk }.
document-other = This document does not match the one that the portal asks you to sign. Nothing was sent.

## Certificates

certificates = Certificates
certificates-choose = Choose a certificate
details = Details
certificate-issuer = Issued by { $issuer }
certificate-serial = serial …{ $last }
certificate-place = In { $place }
certificate-encryption = Encryption
certificate-encrypts = It is for encryption and cannot sign
# The classes of CCA India: who vouches for the holder, and how well.
class = Class { $number }
class-individual = Class { $number }, individual
class-organization = Class { $number }, organisation
certificate-expired-on = Expired on { $date }
certificate-expires-in =
    { $days ->
        [one] Expires in { $days } day
       *[other] Expires in { $days } days
    }
certificate-expires-today = Expires within a day
certificate-not-before = Not valid before { $date }: is this computer’s clock right?
certificates-expired =
    { $count ->
        [one] Your certificate has expired: renew it with its issuer, { $issuer }.
       *[other] All certificates here that could sign have expired: renew yours with its issuer.
    }
certificate-save = Save as a file
certificate-copy = Copy certificate
certificate-saved = Saved in { $file }.
certificate-unsaved = The certificate was not saved: { $reason }
certificate-subject = Holder
certificate-issued-by = Issuer
certificate-from = Valid from
certificate-to = Valid until
certificate-key = Key
certificate-usage = Key usage
certificate-usage-any = not restricted
certificate-policies = Policies
certificate-at = Place on the token
certificate-fingerprint = Fingerprint (SHA-256)
certificate-until = Valid until { $date }
certificate-endless = No expiry date
certificate-not-for-signatures = It is not for signatures
certificate-not-yet = It cannot sign before then
certificate-expired = Renew it with its issuer
certificate-not-with-token = The token cannot sign with it: { $missing }
certificate-key-too-short = Its key is too short for this digest
certificate-no-digest = Its key cannot sign a digest
certificate-pss = Its key is for RSA-PSS alone, which portals cannot ask for
certificate-clock = By this computer's clock it is { $date }. If that is wrong, set the clock and start again from the portal.
certificate-not-on-token = The portal asks for a certificate that is not on this token. Connect the right token.
certificate-none = There is no certificate on this token that could sign. Ask the issuer of the token.

# As certificates have it, in UTC.
date =
    { $day } { $month ->
        [1] Jan
        [2] Feb
        [3] Mar
        [4] Apr
        [5] May
        [6] Jun
        [7] Jul
        [8] Aug
        [9] Sep
        [10] Oct
        [11] Nov
       *[12] Dec
    } { $year }

## Tries left

tries-pin = { $pin } tries left
tries-puk = { $puk } tries left
tries-puk-of = { $puk } tries left ({ $pin })
tries-unknown = unknown
tries-left =
    { $left ->
        [one] { $left } try left
       *[other] { $left } tries left
    }
tries-few =
    { $left ->
        [one] { $left } try left before the token locks
       *[other] { $left } tries left before the token locks
    }
tries-not-told = Tries left: unknown; this token does not report it

## The token

token-title = Your token
tokens-title = Your tokens
tokens-text = Several tokens are connected. Open the one whose { -pin } you want to change or unlock.
tokens-open = Open
tokens-blocked = { -pin } blocked
tokens-tries =
    { $left ->
        [one] { $left } { -pin } try left
       *[other] { $left } { -pin } tries left
    }
tokens-tries-unknown = Tries left unknown
tokens-unreadable = Cannot be read
tokens-unknown = Not supported
token = Token
reader = Reader
serial-number = Serial number
pin-status = { $pin } status
# The word of the handoff protocol, section 5, is put behind each of these four.
pin-status-active = Ready to use
pin-status-invalid = The last one typed was wrong
pin-status-blocked = Blocked
pin-status-session = Accepted and remembered
both-blocked = { $pin } and { $puk } are blocked. Only the issuer of the token can help.
pin-blocked = The { $pin } is blocked. Unlock it with the { $puk }.

## Forms

change-title = Change the { $pin }
new-pin-shape = The new { $pin } must have { $shape }.
digits = { $min } to { $max } digits
digits-exactly = exactly { $max } digits
hex-digits = { $min } to { $max } hexadecimal digits (0–9, A–F)
hex-digits-exactly = exactly { $max } hexadecimal digits (0–9, A–F)
characters = { $min } to { $max } characters
characters-exactly = exactly { $max } characters
entries-differ = The new { -pin }s do not match. Nothing was sent.
entry-empty = Nothing has been entered yet.
weak-same = That is your present { -pin }. Choose another one. Nothing was sent.
weak-factory = Such tokens are sold with this { -pin }, so everybody knows it. Choose another one. Nothing was sent.
weak-repeated = A { -pin } that repeats one character is easily guessed. Choose another one. Nothing was sent.
weak-sequence = A { -pin } in counting order is easily guessed. Choose another one. Nothing was sent.
taken-out = The token was taken out. Nothing was sent to it.
certificate-gone = The certificate you chose can no longer be found. Nothing was sent to the token.
changed = Done. The { $pin } is changed.
unlock-need-title = Unlock the { $pin }: what you need
unlock-need = You need the { $puk }, a second code of { $shape }.
unlock-names-puk = It is also called unblocking code, PUC or SO PIN.
unlock-names-code = It is also called resetting code.
unlock-names-admin = It is also called SO PIN, security officer’s PIN or PW3.
unlock-where = It usually came with the token, in a letter or an e-mail. If you do not have it, ask whoever issued the token: the portal does not know it.
unlock-letter = Letter or e-mail from the issuer
unlock-works =
    { $left ->
        [one] Your { $pin } works, and { $left } try is left: you need to unlock it only if you have forgotten it.
       *[other] Your { $pin } works, and { $left } tries are left: you need to unlock it only if you have forgotten it.
    }
unlock-tries =
    { $left ->
        [one] { $left } try is left. A wrong { $puk } uses one of its tries.
       *[other] { $left } tries are left. A wrong { $puk } uses one of its tries.
    }
unlock-tries-unknown = This token does not report how many tries are left. A wrong { $puk } uses one of its tries.
unlock-step = Step { $step } of 3
unlock-spends-advice = When no tries are left, only the issuer of the token can help, and the certificate on it may be lost.
unlock-spends-code-advice = When no tries are left, only the Admin { -pin } of the token unlocks it.
unlock-need-key = You need the { $puk }, a second code of { $shape }. Whoever set up the token has it; the portal does not know it.
unlock-key-spends = This uses none of the { $pin }’s tries. Whether a wrong { $puk } uses one of its own is not known.
unlock-have-puk = I have the { $puk }
unlock-otherwise = Use the { $puk } instead
unlock-puk-title = Unlock the { $pin }: the { $puk }
unlock-puk = The { $puk } has { $shape }.
unlock-pin-title = Unlock the { $pin }: a new { $pin }
unlock-together = The { $puk } is checked when you press Unlock. A wrong one uses one of its tries.
unlock-key-together = The token is first shown that you have the { $puk }, which is not sent to it; then the new { $pin } is set.
unlocked = Done. The { $pin } is unlocked, and the new one is set.
puk-blocked-title = The { $puk } is blocked
puk-blocked-both = Neither the { $pin } nor the { $puk } has any tries left.
puk-blocked = The { $puk } has no tries left, so the { $pin } can no longer be unlocked.
no-way-title = This token cannot be unlocked
no-way-works-title = The { $pin } cannot be unlocked on this token
no-way-because = Nothing you have can unlock it: { $missing }.
no-way-issuer = Only its issuer can help now: the token has to be set up again, with a new certificate. Do not reset it yourself.
no-way-office = Only the authority that issued the card can help now: it can set a new { -pin } at its office. Do not reset the card yourself.
no-way-lost = The certificate on this token will probably be lost. What you have signed with it stays valid.
copy-details = Copy details
puk-blocked-pin-works = Your { $pin } still works. Enter it carefully: once it is blocked, it cannot be unlocked.
unsure-change-title = Change the { $pin } of this token?
unsure-unlock-title = Unlock this token?
unsure-change = We have not tested changing the { $pin } on a real { $family } yet: how it works was inferred from documents, and is unconfirmed.
unsure-unlock = We have not tested unlocking on a real { $family } yet: how it works, and which code the token takes for it, was inferred from documents, and is unconfirmed.
unsure-doubtful = Many tokens of this kind ({ $family }) are sold with unlocking switched off. If yours is one of them, the issuer must reset it, and the certificate on it is lost.
unsure-change-advice = If it fails, your present { $pin } most likely still works. Keep your issuer’s phone number at hand.
unsure-unlock-advice = If in doubt, ask the issuer of the certificate first.
untried-title = Send the { -pin } to this token?
untried = We have not tested a token of this kind ({ $family }) yet. How it takes its { -pin } was read from the token itself and from standards.
untried-advice = If this token works differently, one try may be lost. Nothing was sent yet.
other-document-title = Sign a different document?
other-document = “{ $name }” does not match: it is not the document that the portal wants signed.
other-document-advice = If you sign now, you sign something that you have not seen. Go back and ask the portal, unless you know why they differ.
sign-anyway = Sign anyway
last-try-title = Use the last try?
last-try-pin = The { $pin } has one try left. If what you typed is wrong, the { $pin } is blocked and can only be unlocked with the { $puk }.
last-try-doubtful = The { $pin } has one try left. If what you typed is wrong, the { $pin } is blocked. On most tokens of this kind ({ $family }) nothing can unlock it then, and the certificate is lost.
last-try-further = The { $pin } has one try left. If what you typed is wrong, the { $pin } is blocked, and nothing you have can unlock it.
last-try-puk = The { $puk } has one try left. If what you typed is wrong, the { $puk } is blocked permanently.
last-try-unsent = Nothing was sent yet.

## While the card works, and afterwards

working = Keep the token plugged in.
working-sign = Signing …
working-sign-begins = Step 1 of 2: preparing the token
working-sign-pin = Step 1 of 2: checking the { -pin }
working-sign-signs = Step 2 of 2: the token makes the signature
working-change = Changing the { $pin } …
working-unlock = Unlocking the { $pin } …
working-abandoned = One moment …
working-abandoned-text = The last request was cancelled, and the token is still working on it. The next one follows when it is done.
signed-title = Signed
signed = The signature goes back to { $requester }.
signed-advice = If your browser does not return to the portal, start again there.
signed-printed = The answer for { $requester } was written to standard output.
signed-printed-advice = The portal receives it when this address is opened.
signed-kept-terminal = Your { -pin } is remembered for further links from this portal; it is forgotten when this command ends.
signed-kept = Your { -pin } is remembered for this portal’s next request, which will appear here. It is forgotten when { -brand } is closed.
factory-pin = This token still has the { -pin } that it was sold with. Change it: open { -brand } from the menu and choose Change { -pin }.
factory-pin-terminal = This token still has the { -pin } that it was sold with. Change it with { $command }.
requests-wait =
    { $count ->
        [one] { $count } more request is waiting.
       *[other] { $count } more requests are waiting.
    }
# Small, above the title.
request-place = Request { $place } of { $count }
requests-turned-away =
    { $count ->
        [one] { $count } more link was turned away, because too many are waiting. Open it again from its portal.
       *[other] { $count } more links were turned away, because too many are waiting. Open them again from their portals.
    }
inquiring-title = Asking whether this portal may call
inquiring = It is not in the settings of this computer, so the authentication service that they name is asked. Nothing has been sent to the portal.
unapproved-key = The authentication service does not know the API key that { $origin } uses, or no longer accepts it.
unapproved-key-advice = Nothing was signed, and nothing was sent to the portal. Tell the people who run it: they need a valid key.
unapproved-origin = The authentication service does not allow { $origin } to use this API key.
unapproved-origin-advice = Nothing was signed, and nothing was sent to the portal. Somebody may be using another portal's key. If you know the portal, tell the people who run it.
session-expired = The time for this signing request of { $origin } is over.
session-expired-advice = Nothing was signed, and nothing was sent to the portal. Start the signature again in the portal.
session-used = This signing request of { $origin } was opened before, perhaps on another computer. It can be opened once.
session-gone = The authentication service has no such signing request of { $origin } any more: its time is over, or it was opened before.
session-used-advice = Nothing was signed here, and nothing was sent to the portal. Look in the portal whether the document was signed; if not, start the signature again there.
session-altered = The link is not the one that { $origin } was given for this signing request: it was altered on its way.
session-absent = { $origin } lets nothing be signed with a link that its own server did not ask for, and this link shows no sign that it did.
session-altered-advice = Nothing was signed, and nothing was sent to the portal. Somebody may want you to sign something else. Start the signature again in the portal; if this comes again, tell the people who run it.
unapproved-busy = The authentication service is busy, so it is not known whether this portal may call.
unapproved-busy-advice = Nothing was sent to the portal. Wait a moment, then try again.
unapproved-limited = The authentication service was asked about { $origin } too often from your network, so it does not say for now whether this portal may call.
unapproved-busy-seconds =
    { $seconds ->
        [one] Nothing was sent to the portal. Try again in one second.
       *[other] Nothing was sent to the portal. Try again in { $seconds } seconds.
    }
unapproved-unreachable = The authentication service gave no answer, so it is not known whether this portal may call: { $reason }.
unapproved-unreachable-advice = Nothing was sent to the portal. Check the network connection and the address of the service in the settings, then try again.
unapproved-missing-advice = Nothing was sent to the portal. Install SecureSign again, then try again.
trouble-missing = the program securesign-helper is not installed
trouble-ended = the program securesign-helper failed
trouble-connection = there is no connection
trouble-time = it took too long
trouble-certificate = its certificate could not be verified
trouble-redirect = it redirects to another address
trouble-answer = what it sent was not understood
refused-title = This request was refused
unchecked-title = This portal could not be checked
refusal-told = { $requester } will be told.
refused-told = { $requester } will be told when you close this.
code = Code
failed-title = Something went wrong
undelivered-title = Not delivered
undelivered = The result could not be handed to the portal: { $reason }
undelivered-unopened = The result could not be handed to the portal: { $reason }.
undelivered-before = Request { $request } from { $requester } was not answered: { $reason }.
undelivered-held = The signature is kept here. Check the settings, then try again: they will be read again. If you cancel, it is dropped and nobody is told.
undelivered-still = The settings were read again, and nothing has changed.
undelivered-dropped = The signature was dropped, and nobody was told.
unopened-no-program = no program that opens web pages was found
unopened-unstarted = the browser could not be started ({ $reason })
unopened-unwritten = its page could not be written ({ $reason })
unopened-closed = standard output is closed ({ $reason })
undelivered-advice = Go back to the portal and start again. If this happens again, send it this text.

## While a PIN is kept

kept = { -pin } remembered · locks in { $time }
kept-for = { -pin } locks in { $time } · remembered for { $origin }
kept-forgotten = Locked. The { -pin } will be asked for again.

## What is wrong with a PIN or PUK that was typed

format = { $fault } Nothing was sent; no try was used.
format-advice = Check it, and type it again.
format-new = { $fault } Nothing was sent.
format-new-advice = Choose another one.
fault-length = The { $secret } has { $shape }.
fault-digits = The { $secret } has digits only.
fault-hex = The { $secret } has hexadecimal digits only (0–9, A–F).
fault-alphanumeric = The { $secret } has letters and digits only.
fault-printable = The { $secret } has plain letters, digits and signs only.
blocked = The { $secret } is blocked: no tries are left.
blocked-pin-advice = Unlock it with the code for that, from the letter or e-mail that came with the token.
blocked-puk-advice = Only the issuer of the token can help now. Do not reset the token yourself: that erases its certificates.
blocked-reset-code-advice = Look at the token again: its Admin { -pin } can unlock it, if you have that.
wrong =
    { $left ->
        [one] Wrong { $secret }. One try left.
       *[other] Wrong { $secret }. { $left } tries left.
    }
wrong-not-told = Wrong { $secret }. This token does not report how many tries are left.
wrong-advice = Type it carefully.
last-try = The { $secret } has one try left. It was not sent.
last-try-advice = Make sure that it is right, and confirm that it may be sent.

## What a token did

new-pin-refused = The token did not accept the form of what was typed ({ $sw }). Nothing was changed.
new-pin-refused-advice = Choose another { -pin } of digits that do not repeat; some tokens also want the { -puk } in digits only.
refused = The token refused a step: { $step } ({ $sw }, { $meaning }).
refused-unexplained = The token refused a step: { $step } ({ $sw }).
declined-no-touch = The token waited for a touch, and none came ({ $sw }).
declined-no-touch-advice = The { -pin } was not at fault. Start again, and touch the token as soon as it blinks.
declined-pin-forgotten = The token does not count the { -pin } as verified, so it did not sign ({ $sw }).
declined-pin-forgotten-advice = Enter the { -pin } again. If this happens again, another program is logging the token out in between: close it.
declined-no-key = The token has no key that signs for this certificate ({ $sw }).
declined-no-key-advice = Choose another certificate, or ask the issuer of this one for a key that belongs to it.
declined-pin-not-taken = The token does not take the { -pin } in this way ({ $sw }).
declined-pin-not-taken-advice = Without contacts many tokens take no { -pin }: plug the token in, or use a reader with contacts.
declined-no-pin = The token does not have the { -pin } that was meant ({ $sw }).
declined-no-pin-advice = Ask the issuer of the token which { -pin } it has.
declined-conditions = The token says that the conditions for this are not met ({ $sw }).
declined-conditions-advice = Close other programs that use the token, take it out, put it in again and repeat. If it stays so, the key is not meant for signatures of this kind: ask the issuer of the token.
declined-fault = The token reports a fault of its own ({ $sw }).
declined-fault-advice = Take the token out, put it in again and repeat. If it stays so, the token may be damaged: ask its issuer.
malformed = The token gave an unexpected answer: { $step }, byte { $at }.
repeat-advice = Take the token out, put it in again and repeat. If it stays so, record a trace (securesign trace record) and report it.
secure-messaging-lost = The protected connection to the token was lost: { $step }.
secure-messaging-lost-advice = Close other programs that use the token, and start again; you will be asked for the { -pin } again.
secure-messaging-checksum = The token's answer was altered on its way: { $step }.
secure-messaging-malformed = The token's answer was not protected as agreed: { $step }.
secure-messaging-advice = Connect the token directly to the computer, close other programs that use it, and start again.
unblock-off = The { -puk } was right, but unlocking is disabled on this token (status word { $sw }).
unblock-off-advice = Ask the issuer of the certificate: the token has to be reset, and its certificate is lost.
other-pin = The token accepted the { $secret }, but the new { -pin } is not the one you typed: an extra character after the { $secret } has become its beginning.
other-pin-advice = Unlock the token again, with nothing after the last character of the { $secret }.
raw-rsa = The token refuses to sign a digest that was made outside it (status word 6F83).
raw-rsa-advice = It needs the document itself: give it with securesign sign --document FILE LINK.
raw-rsa-here = It needs the document itself: drop it here, or choose it, then sign again.
unsupported = This token cannot do it: { $missing }.
unsupported-advice = Use another certificate or another token.
missing-pin = it has no { -pin } under any reference that this program knows
missing-puk = it has no { -puk }
missing-unblock-off = unlocking is disabled on this token
missing-key-kind = keys of this kind
missing-key-length = RSA keys of this length
missing-key-too-short = the key is too short for this digest
missing-ed25519 = an Ed25519 key signs documents, not digests
missing-global-pin = its { -pin } is the card's global { -pin }, which no { -puk } resets
missing-setup = it is blank, or set up in a way that is not known
missing-change = it cannot be changed
missing-pin-length = a { -pin } of this length
missing-pin-form = how this model takes its { -pin } is not known, and a wrong guess would cost a try
missing-issuer = the authority that issued the card keeps its { -puk }
missing-shared-pin = another application of the card has the same { -pin }, and would keep the old one
missing-digest = digests of this kind with this key
missing-reader = this key in a reader that takes short commands only
missing-session = it opens no protected session with the published keys
bad-signature = The token's signature does not fit its certificate, and was thrown away.
bad-signature-advice = Repeat it. If it stays so, certificate and key on the token do not belong together: ask its issuer.
unclear = The token’s answer was lost, so it is not known whether the new { $secret } is in force.
unclear-advice = Try the new { $secret } first; if it is refused, the old one still holds.
unanswered = { $cause } The answer to the { $secret } was lost, so it is not known whether a try was used.
unanswered-advice = Check the tries left before you enter the { $secret } again; nothing is sent again automatically.
session-over = The signing session is over: you will be asked for the { -pin } again.
session-over-advice = Enter the { -pin }.
token-changed = The token in the reader is not the one that was shown.
token-changed-advice = Put the right token in and start again.

## The way to the token

no-service = The smart-card service is not running.
no-service-advice = Start the smart-card service of the system, or restart the computer.
no-service-windows = No reader is connected, or the smart-card service of Windows is not running.
no-service-windows-advice = Plug in your USB token: Windows starts the service with it. If it is plugged in already, open services.msc and start the service Smart Card (SCardSvr).
no-service-linux-advice = Install pcscd (on Debian and Ubuntu: sudo apt install pcscd), or start it (sudo systemctl start pcscd.socket).
no-reader = The reader is not connected.
no-reader-advice = Connect the token or the reader.
removed = The token was removed.
removed-advice = Plug it back in to continue.
reset = The token was reset by another program.
reset-advice = Start again; you will be asked for the { -pin } again.
busy = The token is in use by another program.
busy-by = The token is in use by { $program }.
busy-advice = Close the other program, or take the token out and put it in again.
token-slow = This token is slow. Keep it plugged in.
touch = The token is taking its time. If it blinks, touch it.
waits = Waiting for another program that is using the token.
waits-for = Waiting for { $program }, which is using the token.
slow = The reader does not answer in time.
slow-advice = Unplug the token, wait a moment, and plug it in again; then try again.
mute = The token does not answer.
mute-advice = Take the token out and put it in again, the right way round.
not-transacted = The reader refused the command.
not-transacted-advice = Take the token out, put it in again and repeat.
forbidden = You do not have permission to use the reader.
forbidden-advice = Sign in at the computer itself, or ask its administrator for access to pcscd.
service-reports = The smart-card service reports: { $reason }.
service-reports-advice = Take the token out and put it in again; run securesign doctor.

## What is on a token and not offered

note-unreadable = { $place } cannot be read ({ $sw }).
note-failed = { $place } cannot be read: { $reason }
note-damaged = The certificate in { $place } cannot be used: { $reason }.
# What follows the colon of the one above.
bad-certificate-form = it is not an X.509 certificate ({ $what })
bad-certificate-indefinite = its length is indefinite, which is BER and not allowed in certificates
bad-certificate-long = it is longer than { $max } bytes
bad-certificate-key = its key is of a kind that is not supported ({ $what })
bad-certificate-curve = its key describes its curve by explicit parameters, which is not allowed
bad-certificate-key-damaged = its key is damaged
note-empty = { $place } holds no certificate.
note-no-pin = { $place }: the token has no { -pin } that lets its key be used
note-no-key = { $place }: without its private key.
note-no-key-of = { $place }: { $subject }, without its private key.
note-no-file = { $place }: not in a file of its own.
note-no-reference = { $place }: its key has no reference.
note-unsought = { $place }: not looked at, because the places before are empty and the token does not say which are in use.
note-encryption = { $place }: { $subject }, for encryption only.

## Status words (ISO 7816-4, 5.6)

sw-ok = ok
sw-deactivated = file deactivated
sw-verify-untold = verification failed, tries left not told
sw-verify = verification failed
sw-memory = memory failure
sw-touch = no touch, or a security condition of the card
sw-length = wrong length
sw-channel = channel, secure messaging or chaining not supported
sw-security = security status not satisfied ({ -pin } needed)
sw-blocked = { -pin } or { -puk } blocked
sw-unusable = reference data not usable
sw-conditions = conditions of use not satisfied
sw-messaging = secure messaging object missing or incorrect
sw-data = bad data
sw-function = function not supported
sw-not-found = file or application not found
sw-full = not enough memory
sw-parameters = wrong P1 P2
sw-reference = no such { -pin }, key or data object
sw-instruction = instruction not supported (or another applet is selected)
sw-class = class not supported
sw-unspecified = unspecified error

## What is wrong with a signing link

link-too-long = The signing link is too long ({ $length } bytes; at most { $limit } are accepted).
link-not-text = The signing link holds bytes that are not text, in { $place }.
link-character = The signing link holds a character that is hidden or can deceive the eye ({ $code }), in { $place }.
link-percent = The signing link is not encoded correctly: in { $place }, a % is not followed by two hex digits.
link-place-address = its address
link-address = This is not a signing link: { $fault }.
link-address-advice = Start signing from the portal's own page; its link begins with securesign://sign?.
link-address-scheme = it does not begin with securesign:
link-address-user = it holds a user name
link-address-host = it asks for something other than “sign”
link-address-port = it holds a port
link-address-path = something follows “sign”
link-address-fragment = it holds a “#”
link-address-unreadable = it is not in the form securesign://sign?…
link-parameters = The signing link has too many parameters (more than { $limit }).
link-twice = The signing link says { $name } twice.
link-field-too-long = In the signing link, { $name } is too long (more than { $limit } bytes).
link-missing = The signing link lacks { $name }.
link-truncated = The signing link was cut off after { $length } characters, { $place }.
# The portal's developer reads the quoted words.
link-truncated-advice = Send this to the portal: “{ -brand } received only { $length } characters of the link, which ends { $place }. Windows passes about 2,046 characters of a link; please shorten callbackUrl. For a large document send hashBase64 without documentBase64: the visitor has the file.”
link-cut-percent = inside an encoded character of { $place }
link-cut-name = in the name of a parameter, after { $name }
link-cut-value = inside { $name }
link-cut-before = before { $name }
link-request-id = The request's number (requestId) is too long or holds characters that are not allowed in it.
link-hash = The portal asks for the hash algorithm { $found } (hashAlgo), which is not supported.
link-document = The portal asks to sign a document of type { $found } (documentType), which is unknown.
link-base64 = In the signing link, { $name } is damaged (it is not base64).
link-digest-length = The digest to be signed (hashBase64) has { $found } bytes, but { $algorithm } has { $size }.
link-digest-mismatch = The document in the signing link (documentBase64) is not the one its digest (hashBase64) belongs to.
link-key = The portal's API key (apiKey) is malformed.
link-key-shape-advice = Nothing was sent: tell the portal that its apiKey must have 1 to 256 printable characters after ss_live_ or ss_test_.
link-key-advice = Nothing was sent: tell the portal that its apiKey must begin with ss_live_ or ss_test_.
link-session = The number of the signing request (sessionId) in the link is not one: it may have 1 to 100 letters, digits, dots, hyphens and underscores.
link-serial = The certificate number that the portal asks for (certSerial) is not a hex number of at most 64 digits.
link-deceit-advice = Nothing was signed or sent: leave it at that, and tell the portal if you trust it.
link-advice = Nothing was signed: try again from the portal's page, and if it happens again, tell the portal: “{ $reason }”
callback-unreadable = The portal's callback address (callbackUrl) is malformed or not whole.
callback-backslash = The portal's callback address (callbackUrl) holds a “\”.
callback-user = The portal's callback address (callbackUrl) holds a user name, which hides the real host.
callback-plain = The portal wants the result sent without encryption (callbackUrl with http).
callback-scheme = The portal wants the result sent to { $found } (callbackUrl), which is never allowed.
callback-host = The portal's callback address (callbackUrl) has no proper host.
callback-local = The portal's callback address (callbackUrl) means this computer, but is not written localhost, 127.0.0.1 or [::1].
callback-planted = The portal's callback address (callbackUrl) brings a result of its own (ss_result).

## Requests that are refused

demo-live = The demo token serves test keys only, and this link has a live key.
demo-live-advice = Use a real token, or a link with an ss_test_ key.
used = This request from { $requester } was already used on this computer, and each can be used only once.
used-advice = Go back to the portal and start again there.
unclaimed = It is not possible to tell whether this request was used before: { $reason }.
used-no-home = there is no home folder
used-unusable = { $file } cannot be used ({ $reason })
used-damaged = { $file } is damaged; remove it, and open no link that you have opened before
unclaimed-advice = Fix that, then start again from the portal.
settings-broken-title = The settings are not understood
settings-broken = Until they are corrected every request is refused. Your token can be used here all the same; the changed file counts from the next request on.
settings-broken-on = Go on without them
open-file = Open the file
open-settings = Open the settings file
file-unopened = No program opened the file. Open it yourself, in a text editor.
unjudged-advice = Fix the settings, then start again from the portal.
unsignable-not-yet = The portal wants something in the signed document that cannot be made here yet: “{ $name }”.
unsignable-not-yet-advice = Ask the portal to send the request without “{ $name }”. Nothing was signed.
unsignable-value = The request says nothing that is known under “{ $name }”.
unsignable-value-advice = Tell the portal: its request has a mistake in it.
unsignable-document = The document that the portal sent cannot be signed.
denied-origin = { $origin } is not allowed to request signatures here.
denied-app-key = { $origin } came with an API key that belongs to no listed portal.
denied-key = { $origin } came with an API key that is not listed for it.
denied-test-key = { $origin } came with a test key, and is not a test portal.
denied-test-local = A test key asks for a signature with your token, with a callback on this computer ({ $origin }).
denied-live-local = A live API key was used with a callback on this computer ({ $origin }).
denied-scheme = No app with the scheme { $origin } is allowed to request signatures here.
denied-test-local-advice = Nothing was sent: allow it only if you are building this portal.
denied-live-local-advice = Nothing was sent: while developing, use an ss_test_ key.
denied-app-key-advice = Nothing was sent: allow it only if you trust the portal that the app belongs to.
denied-test-key-advice = Nothing was sent: allow it only if this portal is there to be tried out.
denied-key-advice = Nothing was sent: ask the portal whether its key has changed, and allow the new one only if it says so.
denied-advice = Nothing was sent: allow it only if you trust it.
allow-portal = Allow this portal…
allow-title = Allow this portal?
# $domain is the part of the address that somebody has registered.
allow-compare = { $domain } tells whose site this is. Allow it only if you know that name from the portal itself, not from a message or an advertisement.
allow-compare-app = The result goes to whichever program on this computer opens { $domain } links. Allow it only if you have installed that program for this portal.
allow-means = It may then ask you for signatures whenever you visit it. You see each request first, and nothing is signed unless you press Sign. You can remove it again in the settings.
allow-other-key = You have allowed this site before, with another key. Ask the portal whether its key has changed.
allow-local = The result goes to this computer, where any program can take it: allow this only while you are building the portal.
allow-site = Site
allow-key = API key
allow-key-live = live
allow-key-test = test key, for trying out a portal
allow-fingerprint = Fingerprint (SHA-256)
allow-it = Allow
denied-lines =
    To allow it, add these lines at the end of { $file } (create the file if it is not there):

    { $lines }
denied-inline =
    To allow it, write this in { $file }, directly after “portal = [”:

    { $lines }

## The answer cannot be sent

answer-too-long = The answer to the app has { $length } characters, and only { $limit } can be passed on.
answer-too-long-advice = Nothing was sent: ask the portal to use a shorter callbackUrl, or one of its own pages.
answer-origin = The answer would not have gone to { $permitted }.
answer-screen-only = { $code } is not reported to a portal.
answer-advice = Nothing was sent: start again from the portal's page.

## The settings file

settings = Settings: { $what }
settings-line = Settings, line { $line }: { $what }
# $what is in the parser's words, without a full stop.
settings-syntax = { $what }.
settings-syntax-advice = Correct this line, or remove it.
settings-idle = idle_minutes = { $value } is too long.
settings-idle-advice = Write 0 (never) to { $most }.
settings-scale = scale = { $value } is not a size for the window.
settings-scale-advice = Write { $least } to { $most }, or leave it out.
settings-form = they are written in a way that this window cannot change.
settings-form-advice = Change them in the file itself.
settings-origin = “{ $found }” is not an https origin.
settings-origin-advice = Write scheme and host (and a port if there is one), as in origin = "https://portal.example.gov.in"; localhost only with test = true; an app as its scheme and a colon, as in "myapp:".
settings-key = key is not a fingerprint.
settings-key-advice = Write sha256: and the 64 hex digits of the API key's SHA-256, not the key itself.
settings-scheme = “{ $found }” can never be an app's callback scheme.
settings-scheme-advice = Write the app's own scheme without a colon, as in schemes = ["myapp"].
settings-service = “{ $found }” is not the address of an authentication service.
settings-service-advice = Write an https address without a question mark, as in service = "https://api.example.in/v1".

## Settings, journal and about

settings-title = Settings
settings-unchanged = The settings were not changed. { $reason }
as-system = Same as system
setting-idle = Keep an accepted { -pin } for
never = never
minutes = { $minutes } min
setting-language = Language
setting-theme = Theme
theme-light = Light
theme-dark = Dark
setting-scale = Size
portals = These portals may ask for signatures
portals-none = No portal is allowed yet
# A row of the portals.
setting-service = Portals that the authentication service allows
setting-service-at = { $service } · set in the settings file
portal-key-starts = Key sha256:{ $key }…
portal-test = test
portal-allow = Allow a portal
portal-allow-title = Allow a portal
portal-allow-text = The portal tells you its address and its API key. Only allow portals that you know: they may then ask you for signatures.
portal-allow-easier = You need not type them: start signing on the portal, and when it is refused here, press “Allow this portal…”.
portal-address = Address of the portal
portal-api-key = API key
portal-allow-it = Allow
portal-origin = This is not the address of a portal. Type it as in https://portal.example.gov.in, without a page.
portal-key = This is not an API key. Ask the portal for it; it begins with ss_live_ or ss_test_.
portal-remove-title = Remove this portal?
portal-remove-text = { $origin } will no longer be able to ask you for signatures.
portal-remove-advice = To allow it again you need its API key.
journal = Journal
journal-reading = Reading the journal …
journal-unreadable = The journal cannot be read: { $reason }
journal-empty = Nothing has been signed on this computer yet.
journal-whole =
    { $count ->
        [one] { $count } entry, not altered.
       *[other] { $count } entries, none altered.
    }
journal-signed = signed
# How a request ended, in a few words: the code stands beside it.
outcome-cancelled = You cancelled
outcome-pin-invalid = Wrong PIN
outcome-pin-blocked = The PIN is blocked
outcome-token-not-found = No token was found
outcome-domain-not-allowed = The portal is not allowed
outcome-api-key-invalid = The portal’s key is not valid
outcome-session-expired = The request timed out
outcome-not-installed = SecureSign is not installed
outcome-not-running = SecureSign is not running
outcome-request-invalid = The request was not valid
outcome-cert-not-found = No certificate that fits
outcome-cert-expired = The certificate has expired
outcome-token-unsupported = The token is not supported
outcome-token-removed = The token was removed
outcome-unreachable = The service could not be reached
outcome-limited = The service was asked too often
outcome-internal = SecureSign failed
journal-line-unreadable = Entry { $number } of the journal cannot be read.
journal-line-altered = Entry { $number } of the journal was altered.
journal-line-missing = Entry { $number } of the journal does not follow the one before it: entries were removed or reordered.
journal-cut = The journal ends before entry { $number }: entries were removed from its end.
journal-fault-advice = Entries before it are intact. Compare the rest with a copy that you exported.
journal-unrecorded = Request { $request } was not written into the journal, and will not be added later: { $reason }
own-no-folder = { $path } is a link, or not a folder
own-no-file = { $path } is a link, or not a file
own-foreign = { $path } belongs to another user
own-busy = another program keeps the file locked
own-reason = { $what }. { $advice }
own-busy-advice = If it stays so, find out which program it is, and close it.
own-full-advice = Make room on the disk.
own-rights-advice = Check the rights of the file and of its folder.
own-place-advice = Move it away: { -brand } makes a file and a folder of its own there.
own-other-advice = Check the disk and the folder.
diagnostics = Diagnostics
diagnostics-title = What to send when you report a problem
diagnostics-gathering = Looking at this computer …
diagnostics-text = This is all that is saved; read it before you send it. There is no { -pin } in it. It names your readers and tokens.
diagnostics-save = Save diagnostics
diagnostics-unsaved = The report was not saved: { $reason }
journal-exported = Copied to { $file }.
journal-unexported = The journal was not copied: { $reason } In a terminal, securesign journal export FILE lets you choose where the copy goes.
journal-verified =
    { $count ->
        [one] The journal is intact: { $count } entry, not altered.
       *[other] The journal is intact: { $count } entries, none altered or removed.
    }
journal-chain = Its last chain: { $chain }
journal-request = request { $request }
journal-serial = { $subject }, serial { $serial }
journal-nothing = Nothing has been signed on this computer yet, so there is nothing to export.
journal-no-folder = There is no folder { $folder }. Check its name, or make it.
journal-not-copied = The journal was not copied: { $reason }
file-exists = { $file } exists already. Name another file.
about = About
about-title = { -brand } Desktop
about-what = Signs with the certificate on your USB token, with no vendor driver.
about-pin = Your { -pin } goes to the token and nowhere else. Private keys never leave it.
about-version = Version
about-help = Help, in a terminal
about-licence = Licence
about-licences = MIT or Apache-2.0, at your option

## Documents: why one is not signed, and what its signatures are worth

document-not-pdf = This is no PDF. Only PDF files can be signed.
document-junk = Something stands before the beginning of the PDF. Print it to a new PDF, and sign that.
document-damaged = The PDF is damaged: { $damage }. Open it in a PDF program, save it as a new file, and sign that.
document-too-large = The document is larger than 256 MB. Save a smaller copy, and sign that.
document-encrypted = The PDF is protected with a password. Save a copy without protection, and sign that.
document-xfa = The PDF is an XFA form, which cannot be signed here. Print it to a new PDF, and sign that.
document-no-page = The PDF has no page. Ask whoever sent it for a whole copy.
document-page = The PDF has no page { $page }: it has { $pages }. Name another one.
document-certified = The author of the PDF allows no further signatures in it. Ask for a copy that may be signed.
document-certified-visible = The author of the PDF allows no new visible signature in it. Sign without one.
document-locked = An earlier signature locks the PDF against further ones. Ask for a copy that may be signed.
document-no-field = The PDF has no empty signature field “{ $field }”. Leave the field out, or name another one.
document-demands = The signature field “{ $field }” demands a kind of signature that cannot be made here. Sign outside the field.
document-place = The visible signature does not lie on the page, or is smaller than 20 points. Choose another place.
document-stamp = The visible signature cannot be drawn: { $fault }. Change it, or sign without one.
stamp-letter = no font on this computer has the letter “{ $letter }”
stamp-crowded = it is too small for its words
stamp-logo = the logo is no PNG or JPEG, or is too large
stamp-qr = the text of the QR code is too long
stamp-signed-by = Digitally signed by
stamp-certificate = Certificate of
stamp-date = Date:
stamp-reason = Reason:
stamp-location = Location:
stamp-serial = Serial number:
time-stamp-address = { $address } is no address of a time stamp authority: it begins with http:// or https://, and names no user.
time-stamp-missing = There is no time stamp from { $address }: { $reason }. Try again, or sign without one.
time-stamp-imprint = the time stamp is of something else
time-stamp-wrong = the signature of the time stamp is wrong
time-stamp-usage = the certificate of the time stamp is not for that
time-stamp-nonce = it answered another question
time-stamp-clock = its time is more than ten minutes away from this computer's
time-stamp-refused = the authority refuses
time-stamp-unreadable = what it sent was not understood
document-xml = The XML document cannot be signed: { $fault }. Ask whoever made it for another form of it.
xml-ill-formed = it is not well-formed
xml-doctype = it has a document type, with which programs may find something else in it
xml-encoding = it is not in UTF-8
xml-version = it is not XML 1.0
xml-deep = its elements are nested too deeply
xml-reference = not exactly one element has the Id that is referred to
xml-id = the Id of the signature is no name, or is in it already
document-outdated = The certificate is not valid now. Use another one.
document-usage = The certificate is not for signing. Use another one.
document-key = The key of the certificate cannot sign documents. Use another certificate.
document-bad-signature = The token has given a wrong signature. Nothing was written; try again.
document-unsound = The signed document did not pass its own check. Nothing was written; report this.
damage-unreadable = it cannot be read
damage-references = its cross-references do not lead to its objects
damage-updates = its updates do not follow one another
damage-object = an object in it cannot be read
damage-form = its form cannot be read
fault-changed = the document was changed after it was signed
fault-wrong = the signature does not belong to its certificate
fault-exchanged = the certificate was exchanged
fault-no-certificate = the certificate of the signer is not in it
fault-unreadable = this kind of signature cannot be checked here

verify-none = There is no signature in it.
verify-bad = NOT VALID: { $fault }.
verify-added = Something was added after the last signature, and nobody has signed that.
verify-sound = Unchanged since it was signed.
verify-signature = Signature in the field “{ $field }”: { $word }
verify-by = by { $subject }; the certificate says that { $issuer } has issued it
verify-trusted = trusted here, under { $root } (SHA-256 { $fingerprint }); whether it was revoked was not asked
verify-untrusted = NOT TRUSTED: { $doubt }
verify-doubtful = Whose it is, is not certain: { $doubt }.
verify-changed = CHANGED after it was signed: it may show something else than what was signed.
verify-elements = Unchanged since it was signed, as far as the signature goes; it is not over the whole document.
verify-stamp = at { $time }, by the time stamp of { $authority }
verify-stamp-bad = The time stamp is NOT VALID: { $fault }.
doubt-outdated = the certificate was not valid then
doubt-usage = the certificate is not for signing
doubt-no-path = nobody who is trusted here has issued the certificate
change-proof = Nothing that can be seen was added.
change-filled = Further signatures were added, or fields filled in.
change-annotated = Notes were put on its pages.
change-other = What can be seen was changed.
verify-time = at { $time }, by the signer's own clock
verify-reason = reason given: { $reason }
verify-location = place given: { $location }
verify-part = It is over the first { $covers } of { $size } bytes; the rest came later.
verify-earlier = What it is over is unchanged; something was added later.
verify-several = All signatures are sound. What was added after one is signed by the later ones only.

# securesign verify --result
verify-valid = Valid: a signature over what was asked for, by a certificate that was good.
verify-invalid = Not valid:
verify-signed-by = Signed by { $subject }, whose certificate { $issuer } issued
verify-judged-at = The certificate was judged as of { $time }
verify-revocation-unchecked = Whether it was revoked was not checked: no revocation list was given (--crl)
verify-failed = Nothing was signed; the result says { $code }.
verify-no-result = The file holds no result of a signature. Give the JSON, the value of ss_result, or the whole address that came back.
verify-no-certificate = The result holds no certificate. Give the one of the person who signed, with --certificate.
verify-certificate-no-pem = The certificate is not in PEM.
verify-certificate-unreadable = The certificate cannot be read: { $reason }.
verify-no-digest = This is no SHA-256, SHA-384 or SHA-512. Give the digest in 64, 96 or 128 hexadecimal digits, and for --hash-algo one of SHA256, SHA384 and SHA512.
verify-no-time = This is no time. Write it like 2026-06-22T11:00:00Z.
verify-no-pem = { $file } holds nothing of what is expected, in PEM.
verify-no-text = { $file } is not text.
problem-other-request = the result answers another request
problem-no-signature = it is no signature over this document
problem-key-usage = the certificate is not meant for signatures (key usage)
problem-authority = the certificate is an authority's own
problem-short-key = the RSA key has less than 2048 bits
problem-pss-key = the key is for RSASSA-PSS, which results have no name for
problem-no-authority = no authority is named (--ca), so that nobody vouches for the certificate
problem-unknown-issuer = no named authority issued the certificate
problem-expired = a certificate of the chain had expired
problem-not-yet-valid = a certificate of the chain was not valid yet
problem-extended-key-usage = the certificate is not meant for documents (extended key usage)
problem-critical-extension = the certificate has a critical extension that is not known here
problem-chain-signature = a signature in the chain is wrong
problem-algorithm = the chain uses an algorithm that is not accepted
problem-revoked = the certificate is revoked
problem-no-list = no revocation list tells of the certificate
problem-old-list = the revocation list is out of date
problem-foreign-list = the revocation list is not its authority's
problem-unreadable = a certificate or revocation list cannot be read

sign-file-document = { $file }: PDF, { $pages ->
        [one] one page
       *[other] { $pages } pages
    }, { $size } bytes, SHA-256 { $digest }
sign-file-xml = { $file }: XML, { $size } bytes, SHA-256 { $digest }
sign-file-xml-options = Field, reason and place are for PDF files. Sign XML without them.
sign-file-xml-curve = ! Some portals in India want XML signed with an RSA key; this one is on a curve.
sign-file-earlier = { $count ->
        [one] It has one signature, which stays as it is.
       *[other] It has { $count } signatures, which stay as they are.
    }
sign-file-earlier-bad = ! Of an earlier signature: { $fault }.
sign-file-fields = Empty signature fields in it, which --field fills: { $fields }
sign-file-not-drawn = The documents are not drawn here: look at them in a PDF reader first. What was read just now is what is signed.
sign-file-with = Signs: { $certificate }
sign-file-certificate = { $subject }, issued by { $issuer }, valid until { $until }
sign-file-unusable = { $subject }: { $reason }
sign-file-no-certificate = No token with a certificate that can sign was found. Connect your token, and see “securesign tokens”.
sign-file-no-chain = There is no certificate in { $file }.
sign-file-signed = { $file }: signed, { $signed }
sign-file-unsigned = { $file }: NOT signed. { $reason }
sign-file-unwritten = The signed document cannot be written: { $reason }.

## The command line

instance-waiting = { -brand } is open: this request is waiting there, as number { $place }.
instance-there = { -brand } already has this request: see its window.
instance-full = { -brand } already has { $count } requests waiting. Answer one in its window, then open the link again.
instance-refused = { -brand } refused this link. Its window says why.
refusal = Refused ({ $code }): { $what } { $advice }
terminal-waiting = Waiting. Press Ctrl-C to cancel.
terminal-not-offered = This cannot be done on this token now: see its tries left.
terminal-hangs = The card reader does not answer. Take the token out and start again.
terminal-unlock = Unlock it now?
terminal-unlock-how = To unlock it: { $command }
terminal-last-try-kept = The last try was kept: nothing was sent.
terminal-go-on = Go on?
terminal-unconfirmed = Nothing was sent. To go on without being asked: --unconfirmed
terminal-which-token = Several tokens are connected, and nothing says which one is meant. Name its reader with --reader.
terminal-which-application = Which application is meant? The token has: { $names }. Name it with --application.
terminal-which-pin = Which { -pin } is meant? The token has: { $names }. Name it with --which.
terminal-try-again = Try again?
terminal-this-one-too = Sign this one too?
terminal-nothing-sent = { $reason } Nothing was sent or called back.
terminal-number = Certificate number [{ $preset }]:
terminal-no-such-number = There is no certificate with this number to choose.
terminal-token-number = Token number [{ $preset }]:
terminal-no-such-token = There is no token with this number to choose.
terminal-unusable = cannot be used: { $reason }
# Answered with the letter y.
terminal-question = { $question } [y/N]
terminal-other-way = { $label }?
terminal-secret = { $secret } (Enter cancels):
terminal-dropped = What was typed before this question was dropped.
terminal-link-dropped = A link is not an answer here: it was dropped. Give it again after you have answered.
terminal-links-left =
    { $count ->
        [one] { $count } more link was not opened.
       *[other] { $count } more links were not opened.
    }
terminal-given-up = Cancelled.
terminal-silent = The terminal cannot be asked: { $reason }.
secret-used = The { $secret } from { $option } was used once, and is not sent again.
secret-nobody = There is no terminal to ask for the { $secret }. Give it with { $option } (- is standard input).
secret-empty = Cancelled: the { $secret } was left empty.
secret-unreadable = { $file } cannot be read: { $reason }. Check its name and rights.
secret-both = Links and secrets cannot both come from standard input. Put the { -pin } into a file.
no-memory = The system has no memory for a { -pin }. Close other programs and try again.
no-link = There is no link on standard input.
one-document = --document belongs to one link, not to links on standard input.
file-unreadable = { $file } cannot be read: { $reason }.
settings-unreadable = { $file } cannot be read: { $reason }. Check its rights.
settings-not-understood = { $file } is not understood: { $reason }
reader-none = There is no reader “{ $name }”. Connected: { $readers }.
reader-many = There is more than one reader “{ $name }”. Connected: { $readers }.
no-window = This build has no window. Use { $instead } (see securesign --help).
no-readers = No reader is connected. Plug in your token; if it is, run securesign doctor.
no-unlock = Unlocking is not possible on this token: { $missing }.
no-unlock-of = The { $pin } cannot be unlocked on this token: { $missing }.
no-change = The { $pin } of this token cannot be changed.
no-change-because = The { $pin } of this token cannot be changed: { $missing }.
no-usable-token = No usable token was found.
reader-hangs = The card reader does not answer. Take the token out and put it in again.
output-closed = Standard output cannot be written: { $reason }.
# $reason is what the system says, without a full stop.
display-unreachable = The display cannot be opened, so there is no window: { $reason }. Nothing was sent, and the request can be opened again. Start { -brand } from a desktop session, or use the command line.
no-display = There is no display to open a window on. Start { -brand } from a desktop session, or use the command line.
window-missing = A part of { -brand } is missing, so there is no window: { $file }. Nothing was sent, and the request can be opened again. Install { -brand } again, or use the command line.
window-unstarted = { $file } cannot be started, so there is no window: { $reason }. Nothing was sent, and the request can be opened again. Install { -brand } again, or use the command line.
window-only = This program only shows the window. For everything else use securesign.
window-failed = The window could not be opened ({ $reason }). Sign in to the desktop again, or use the command line.

## What tokens and pin status print

report-empty = empty
report-unsupported = Not supported: { $name }
report-unsupported-unknown = Not supported: unknown
report-help = To help make it work here, report which token it is, with this answer to reset, or with a recording of its own software (securesign learn --help).
report-atr = Answer to reset: { $atr }
report-token = { $label } ({ $family })
report-serial = { $token }, serial number { $serial }
report-pin = { $pin }: { $status }, tries left: { $tries }
report-pin-blocked = { $pin }: { $status }, tries left: { $tries } (to unlock it: { $command })
report-puk = { $puk } tries left: { $tries }
report-puk-of = { $puk } tries left, for the { $pin }: { $tries }
report-certificate = { $place }: { $subject } [{ $key }]
report-issued = issued by { $issuer }, serial { $serial }, { $until }
report-until = valid until { $date }
report-endless = no expiry date
report-expired = expired on { $date }
report-not-before = not valid before { $date }
report-issued-not-for-signatures = issued by { $issuer }, serial { $serial }, { $until }, not for signatures

## learn

learn-pin = The { -pin } that was typed while it was recorded (empty: none was):
learn-further = Another { -pin } or PUK that was typed (empty: no more):
learn-nobody = There is no terminal to ask for the { -pin } that was typed while it was recorded. Give it with --pin-file (- is standard input), or say --no-pin.
learn-kind = { $file } is not a recording that can be read. It has to be a log of pcsc-spy or of pcscd --apdu, or a capture of USB (pcapng or pcap).
learn-link = { $file } is a capture of something other than USB (link type { $link }). Capture with usbmon on Linux or USBPcap on Windows.
learn-silent = In { $file } no smart card is spoken to. If it is a capture of USB, the token may not be a smart-card reader (CCID); else record again while its own software signs.
learn-too-much = In { $file } there is more than can be searched for secrets: too many different { -pin }s, files or certificates. So nothing of it is shown, and nothing was written. Record again, with one login and one signature.
learn-unwritten = { $file } cannot be written: { $reason }
learn-written = What was learned is in { $file }, as it is printed here. Read it whole before you send it: no { -pin } is to be in it, nor anything else that you would keep to yourself.
learn-guarded = No { -pin } was given, so only the commands that are made for one are known to hold it. Commands that no standard has are shown by their length alone.

## What doctor finds. A reader's or program's name stands in it as the system tells it.

doctor-ok = ok
doctor-missing = MISSING
doctor-service = Smart-card service
doctor-service-answers = Smart-card service (PC/SC) answers
doctor-no-reader = No card reader or USB token is connected
doctor-no-reader-advice = Plug it in. If it is, its reader needs the CCID driver (on Debian and Ubuntu: sudo apt install libccid).
doctor-reader-empty = Reader { $reader }, empty
doctor-token = Token in { $reader }, answer to reset { $atr }
doctor-unsupported = Token in { $reader } is not supported: { $name }; answer to reset { $atr }
doctor-unsupported-unknown = Token in { $reader } is not supported, and not known; answer to reset { $atr }
doctor-memory = Memory for the { -pin } can be locked
doctor-memory-open = Memory for the { -pin } cannot be locked, so it might be written to the swap space
doctor-memory-open-advice = Raise the limit of locked memory (ulimit -l) to at least 64 kB.
doctor-sleep = Suspend and the screen lock are noticed, and lock a kept { -pin }
doctor-sleep-unseen = Suspend and the screen lock are listened for, and lock a kept { -pin }; on a real Windows nobody has seen it yet
doctor-no-sleep = Suspend and the screen lock are not noticed: a kept { -pin } is locked by time alone, or by hand
doctor-no-sleep-advice = Sign in to a desktop with D-Bus, or write idle_minutes = 0 under [session] in the settings.
doctor-no-sleep-yet = Suspend and the screen lock are not noticed on this system yet: a kept { -pin } is locked by time alone, or by hand
doctor-no-sleep-yet-advice = Write idle_minutes = 0 under [session] in the settings if that is not enough.
doctor-links-ours = securesign:// links open this program
doctor-links-copy = securesign:// links open another { -brand }, or an older one ({ $place })
doctor-links-copy-advice = To have them open this one: securesign register
doctor-links-other = securesign:// links open another program: { $program }
doctor-links-other-advice = It sees what portals ask you to sign. If you did not choose it: securesign register
doctor-links-nobody = No program opens securesign:// links
doctor-links-nobody-advice = To have this program open them: securesign register
doctor-links-unasked = Which program opens securesign:// links cannot be asked
doctor-links-unknown = Which program opens securesign:// links cannot be asked here
doctor-links-unknown-advice = Try a link. If it does not open this program: securesign register
doctor-xdg-advice = Install xdg-utils (on Debian and Ubuntu: sudo apt install xdg-utils).
doctor-browser-portal = { $browser } is a { $kind } and asks the desktop’s portal to open links. If none opens: use a browser that is not a { $kind }, or securesign sign LINK
doctor-browser = { $browser } is a { $kind }, and without a desktop portal no link comes out of it
doctor-browser-advice = Install xdg-desktop-portal and sign in again, or use a browser that is not a { $kind }.
doctor-launcher-system = The system opens web pages
doctor-launcher = Results go to the browser through { $program }
doctor-no-launcher = No program opens web pages
doctor-settings = The settings file cannot be used
doctor-no-portal = No portal may call: only test keys with a callback on this computer work
doctor-no-portal-advice = Start signing on your portal, and allow it where it is refused; or add it to { $file }.
doctor-service-on = The authentication service { $service } answers
doctor-service-silent = The authentication service { $service } gives no answer: { $reason }
doctor-portals =
    { $count ->
        [one] One portal may call
       *[other] { $count } portals may call
    }
doctor-window = The window is installed
doctor-no-window = The window is not installed: { $file } is missing
doctor-window-unstarted = The window cannot be started: { $reason }
doctor-no-window-advice = Install { -brand } again, or use securesign sign LINK in the terminal.
doctor-display = There is a display for the window
doctor-display-unreachable = The display for the window cannot be opened: { $reason }
doctor-no-display = There is no display for the window
doctor-no-display-advice = Use securesign sign LINK in the terminal.

## register and unregister

register-done = securesign:// links open this program now.
register-done-other = securesign:// links open this program now. Before, they opened { $program }; securesign unregister gives them back.
register-still-other = securesign:// links still open { $program }. Choose { -brand } for them in the settings of your desktop.
unregister-done = securesign:// links no longer open this program.
unregister-other = securesign:// links no longer open this program, but { $program }.
unregister-nobody = securesign:// links no longer open this program, nor any other.
unregister-system = securesign:// links no longer open this copy. The { -brand } installed for all users still opens them; remove its package if you do not want that.
