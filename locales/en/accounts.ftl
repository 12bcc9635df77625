form-email = E-mail
form-password = Password
form-new-password = New password
form-new-password-note = At least 8 characters, and not easy to guess.
form-sign-up = No account yet? Sign up
form-forgot = Forgot your password?

sign-in-title = Sign in
sign-in-lead = With the address and the password you signed up with.
sign-in-act = Sign in

verify-title = Choose a password
verify-lead = Your address is confirmed. Choose a password: your account begins at once, and this device is signed in.
verify-said = Signed up as:
verify-said-note = Please have a look. The nickname can be changed later. If it was not you who wrote this, do not go on; just close the page.
verify-act = Begin
verify-used-title = Confirmed already
verify-used = This address is confirmed and its account has begun. Just sign in; if you have forgotten the password, the sign-in page helps.
verify-expired-title = This link is too old
verify-expired = The link works for 48 hours, and what was typed in has been deleted. Fill it in once more, and a new letter is on its way at once.
verify-invalid-title = There is no such link
verify-invalid = Perhaps it was not copied whole, or it is very old. Sign up once more, and a new letter comes.
dead-another = Get another letter
dead-sign-in = Have an account? Sign in
password-show = Show the password
password-hide = Hide the password
said-account-begun = Your account has begun; you are signed in
said-password-set = The new password is saved; you are signed in

forgot-title = Set a new password
forgot-lead = Tell us your address, and we will send you a letter.
forgot-act = Send me the letter
forgot-done-title = Look into your mail
forgot-done = If there is an account with this address, a letter is on its way. Open its link within an hour to set a new password. Nothing there? Look among the junk mail, or try another address you may have signed up with.
forgot-done-act = To the front page

reset-title = Set a new password
reset-lead = This device will be signed in, and your other devices signed out.
reset-act = Save the new password
reset-used-title = This link was used already
reset-used = The new password is set. Sign in with it; if it was not you who set it, ask for a new one on the sign-in page.
reset-expired-title = This link is too old
reset-expired = A link for a new password works for an hour. Get another letter; it comes soon.
reset-invalid-title = There is no such link
reset-invalid = Perhaps it was not copied whole, or it is very old. Just get another letter.

trouble-refused = That did not work. Please look at what you entered.
trouble-wrong-credentials = The address or the password is wrong.
trouble-too-many-requests = Too many tries. Please wait a little while.
trouble-sign-in-rests = Too many tries. Please wait a little while. If it is urgent, “Forgot your password?” helps: the link in the letter lets you in at once.
trouble-mail-address = This does not look like a mail address.
trouble-password-too-short = The password is too short: at least 8 characters.
trouble-password-too-long = The password is too long.
trouble-guessable = This password is easy to guess; take a longer one.
