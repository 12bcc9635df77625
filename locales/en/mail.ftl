mail-no-button = If the button does not open, copy this address into your browser:
mail-no-reply = Queqiao sent this letter by itself; please do not reply to it.
