units-title = Units
units-search = Find a unit by name
units-search-act = Find
units-empty = No units yet. Add one, or import a table.
units-none = No unit has this in its name.
units-name = { column-name }
units-domain = { column-mail-domain }
units-domain-note = Whoever proved a mail address of this domain works here. Public ones such as qq.com will not do.
units-heads = Confirmed staff
units-contacts = Contacts
units-add = Add a unit
units-add-act = Add
units-import = Import units
units-import-note = CSV or XLSX with two columns: name of the unit, mail domain (may be missing).
units-about = About the unit
units-contacts-title = Unit contacts
units-contacts-note = A contact confirms who works there and sees a head count; never who applied.
units-contacts-none = Nobody yet.
units-contacts-add = Invite them to be a contact
units-roster = Staff roster
units-roster-note = CSV or XLSX with one column: mail address. Only digests to compare with are kept, not the addresses.
units-roster-replace = This table is the whole roster
units-roster-replace-note = Whoever is not in it will no longer be approved at once.
units-added-some = { $count } units added; these rows were left out.
roster-added-some = { $count } people added to the roster; these rows were left out.

unit-title = My units
unit-lead = Here you confirm who works for your unit. Who applied for anything, or whether anybody did, is not told here.
unit-heads = confirmed staff
unit-emails = Mail addresses of people who work there
unit-emails-note = One a line, at most 200 at once.
unit-confirm = Confirm that they work here

import-partial = Leave out the rows at fault and take the others
import-file = File (CSV or XLSX, at most 5 MB)
import-act = Import

flash-unit-added = Unit added
flash-units-added = { $count } units added
flash-roster-added = { $count } people added to the roster
flash-confirmed = { $count } people confirmed

trouble-unit-exists = The union has a unit of this name.
trouble-mail-domain = A mail domain such as hospital.example.
trouble-public-mail-domain = Anybody can have an address there; it proves nothing.
trouble-emails-blank = Give at least one address.
trouble-emails-mail-address = One of the lines is not a mail address.
trouble-emails-too-many = At most 200 at once.
trouble-invalid-rows = Some rows cannot be imported, so nothing was. Mend them and upload again, or leave them out.

unit-field = Employer
unit-field-note = Type a few letters and choose from the list. Your employer is only asked whether you work there.
unit-near = Is it one of these?
