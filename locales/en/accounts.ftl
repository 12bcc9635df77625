form-email = E-mail
form-password = Password
form-new-password = New password
form-new-password-note = At least 8 characters, and not easy to guess.
form-sign-up = No account yet? Sign up
form-forgot = Forgot your password?

sign-in-title = Sign in
sign-in-lead = With the address and the password you signed up with.
sign-in-act = Sign in
sign-in-done-title = Signed in
sign-in-done = Welcome back.
sign-in-done-act = Go on

verify-title = Confirm your address
verify-lead = One tap on the button, and your account begins.
verify-act = Confirm this address
verify-done-title = Address confirmed
verify-done = Your account has begun. Sign in with the password you chose, and go on.
verify-done-act = Sign in

forgot-title = Set a new password
forgot-lead = Tell us your address, and we will send you a letter.
forgot-act = Send me the letter
forgot-done-title = Look into your mail
forgot-done = If there is an account with this address, a letter is on its way. Open its link within an hour to set a new password.
forgot-done-act = To the front page

reset-title = Set a new password
reset-lead = You will be signed out on your other devices.
reset-act = Save the new password
reset-done-title = New password saved
reset-done = Please sign in with it.
reset-done-act = Sign in

trouble-refused = That did not work. Please look at what you entered.
trouble-wrong-credentials = The address or the password is wrong.
trouble-mail-not-verified = Please open the link in the letter we sent you first.
trouble-too-many-requests = Too many tries. Please wait a little while.
trouble-mail-address = This does not look like a mail address.
trouble-token-invalid = This link is unknown, used or too old. Please ask for a new letter.
trouble-password-too-short = The password is too short: at least 8 characters.
trouble-password-too-long = The password is too long.
trouble-guessable = This password is easy to guess; take a longer one.
