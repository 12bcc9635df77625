trouble-last-organizer = You are the union's last organizer: give somebody else the role before you leave.
