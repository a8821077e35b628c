/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* Every setting, once: SETTING(constant, block, name, type, default, least, most, help). Types: TEXT, NUMBER, PATH.
 * The manual page hinomi.conf(5), `hinomi config show` and the shipped example are made from these rows. */
SETTING(CENTRE_ZONE, "centre", "zone", TEXT, "Asia/Tokyo", 0, 0,
	"Zone in which days, quarters and years begin; its offset from UTC must be whole hours.")
SETTING(CENTRE_NAME_JA, "centre", "name_ja", TEXT, "火の見", 0, 0, "Name of the centre on Japanese pages.")
SETTING(CENTRE_NAME_EN, "centre", "name_en", TEXT, "Hinomi", 0, 0, "Name of the centre on English pages.")
SETTING(CENTRE_DATABASE, "centre", "database", PATH, "/var/lib/hinomi/cases.db", 0, 0,
	"The case database: records, reviews of surges, notes, frozen quarters. A file of SQLite, or a database of PostgreSQL by its "
	"address: postgresql:///hinomi.")
SETTING(CENTRE_BLOBS, "centre", "blobs", PATH, "", 0, 0,
	"Folder of what arrived and what was sent, as it was: mails, files. Empty: blobs, beside the case database.")
SETTING(CENTRE_PACE, "centre", "pace", NUMBER, "5", 1, 60,
	"Seconds between two looks for mails to read, letters to send, targets to look at.")
SETTING(CENTRE_HOLIDAYS, "centre", "holidays", PATH, "", 0, 0,
	"File of public holidays, as the Cabinet Office publishes them; for each year that it names its days are all there are. "
	"Empty: those of the law.")
SETTING(CENTRE_COUNTRY, "centre", "country", TEXT, "JP", 0, 0,
	"The centre's own country, two letters: requests to its parties count as domestic.")
SETTING(MAIL_ADDRESS, "mail", "address", TEXT, "", 0, 0,
	"The address that letters come from and are answered to; empty: no mail is sent.")
SETTING(MAIL_SERVER, "mail", "server", TEXT, "", 0, 0, "The mail server that takes letters: smtp://host:25 or smtps://host:465.")
SETTING(MAIL_TLS, "mail", "tls", TEXT, "try", 0, 0, "Whether the mail server must speak TLS, with a right certificate: try or demand.")
SETTING(MAIL_AUTHORITY, "mail", "authority", PATH, "", 0, 0,
	"Certificates that the mail server's is checked with; empty: the system's.")
SETTING(MAIL_USER, "mail", "user", TEXT, "", 0, 0, "Name at the mail server; empty: none is needed.")
SETTING(MAIL_PASSWORD, "mail", "password_file", PATH, "", 0, 0, "File whose first line is the password at the mail server.")
SETTING(MAIL_DELAY, "mail", "delay", NUMBER, "60", 0, 86400,
	"Seconds that a letter waits after it was told to go, in which it can be taken back.")
SETTING(KEYS_SIGN, "keys", "sign", PATH, "", 0, 0,
	"Folder of GnuPG with the key that letters are signed with; hinomi-sign alone enters it. Empty: letters are not signed.")
SETTING(KEYS_OPEN, "keys", "open", PATH, "", 0, 0,
	"Folder of GnuPG with the key that mails are encrypted for; hinomi-open alone enters it. Empty: encrypted mails wait.")
SETTING(FETCH_ALLOW, "fetch", "allow", TEXT, "", 0, 0,
	"Prefixes, with commas, that hinomi-fetch reaches although they are private, loopback or the like. Empty: none.")
SETTING(FETCH_PROXY, "fetch", "proxy", TEXT, "", 0, 0,
	"A proxy, http://host:port, through which what fails is looked at once more. Empty: there is none.")
SETTING(FETCH_DNS, "fetch", "dns", TEXT, "", 0, 0,
	"Name server that hinomi-fetch asks, an IPv4 address and port. Empty: those of /etc/resolv.conf.")
SETTING(FETCH_AGENT, "fetch", "agent", TEXT, "Mozilla/5.0 (Windows NT 10.0; Win64; x64)", 0, 0, "What hinomi-fetch says it is.")
SETTING(FETCH_SECONDS, "fetch", "seconds", NUMBER, "20", 1, 300, "Seconds that a look may take, with all its redirects.")
SETTING(FETCH_REDIRECTS, "fetch", "redirects", NUMBER, "5", 0, 20, "Redirects that are followed, at the most.")
SETTING(FETCH_KEEP, "fetch", "keep_kib", NUMBER, "64", 0, 4096, "KiB of a page's beginning that are kept as evidence.")
SETTING(FETCH_READ, "fetch", "read_kib", NUMBER, "4096", 1, 65536, "KiB of a page that are read; its hash is of these.")
SETTING(DESK_PATIENCE, "desk", "patience", NUMBER, "7", 1, 365, "Days after which a party that has not answered is overdue.")
SETTING(CHECK_NTP_MONLIST, "check", "ntp_monlist", TEXT, "off", 0, 0,
	"on: `hinomi list check --ask-ntp` may ask the addresses of a list whether they give out their monlist. Each is sent a datagram or two.")
SETTING(CHECK_NTP_PORT, "check", "ntp_port", NUMBER, "123", 1, 65535, "The port that is asked.")
SETTING(CHECK_SECONDS, "check", "seconds", NUMBER, "4", 1, 60, "Seconds that an answer is waited for.")
SETTING(WATCH_EVERY, "watch", "every", NUMBER, "3600", 1, 2592000, "Seconds between two looks at what is watched.")
SETTING(WATCH_FAILURES, "watch", "failures", NUMBER, "3", 1, 100, "Failed looks after which a target counts as down, for a person to confirm.")
SETTING(WATCH_OVER, "watch", "over", NUMBER, "3600", 0, 2592000, "Seconds that these failures must span.")
SETTING(STORE_FOLDER, "store", "folder", PATH, "/var/lib/hinomi/store", 0, 0, "Folder of the event store.")
SETTING(STORE_DAYS, "store", "days", NUMBER, "0", 0, 36500,
	"Days after which events are dropped when the store is compacted; 0 keeps them.")
SETTING(OBSERVE_PLACES, "observe", "places", PATH, "", 0, 0,
	"Table of countries and autonomous systems: the registries' delegated statistics, CSV (prefix,country,as) or .mmdb. "
	"Empty: regions are unknown.")
SETTING(OBSERVE_THRESHOLD, "observe", "threshold", NUMBER, "20", 10, 30,
	"Threshold of the surge detector: 10, 15, 20 or 30; hinomi-observe(1) states the rate of false alarms of each.")
SETTING(OBSERVE_SILENCE, "observe", "silence", NUMBER, "90", 10, 10080,
	"Minutes without a heartbeat after which a sensor counts as silent.")
SETTING(PUBLIC_LISTEN, "public", "listen", TEXT, "127.0.0.1:8080", 0, 0, "Address and port of the public pages.")
SETTING(PUBLIC_TREE, "public", "tree", PATH, "/var/lib/hinomi/public", 0, 0, "Folder of the released pages.")
SETTING(PUBLIC_SENSORS, "public", "least_sensors", NUMBER, "3", 1, 1000,
	"A port and hour that fewer sensors reported is counted in \"other\" on public pages; an hour with fewer up is no data.")
SETTING(PUBLIC_LATE, "public", "late_hours", NUMBER, "1", 1, 720, "Hours that public figures are late, at the least.")
SETTING(PUBLIC_SPOOL, "public", "spool", PATH, "", 0, 0,
	"Folder into which the forms of the public pages drop reports, until the jobs take them. Empty: there are no forms.")
SETTING(PUBLIC_STATES, "public", "states", PATH, "", 0, 0,
	"Folder of what the reporters' secret links show: a small file for each report, written by the jobs. Needed where there are "
	"forms.")
SETTING(PUBLIC_PROXY, "public", "proxy", TEXT, "", 0, 0,
	"A proxy that speaks TLS with the visitors: the address that it comes from. It must pass Host on, and set X-Forwarded-For, whose "
	"last address then counts as the visitor's.")
SETTING(STAFF_LISTEN, "staff", "listen", TEXT, "127.0.0.1:8081", 0, 0,
	"Address and port of the staff pages, or the path of a Unix socket. Loopback only until accounts exist, and without TLS or a "
	"proxy afterwards too.")
SETTING(STAFF_SCANNERS, "staff", "scanners", PATH, "", 0, 0,
	"File with the prefixes of known research scanners, one a line, which staff pages can hide.")
SETTING(STAFF_NAMES, "staff", "names", TEXT, "", 0, 0,
	"Names by which browsers reach the staff pages, with commas, besides localhost: desk.example.org.")
SETTING(STAFF_CERTIFICATE, "staff", "tls_certificate", PATH, "", 0, 0,
	"Certificate of the staff pages, PEM, with those that signed it; with tls_key they speak TLS.")
SETTING(STAFF_KEY, "staff", "tls_key", PATH, "", 0, 0, "Its private key, PEM.")
SETTING(STAFF_PROXY, "staff", "proxy", TEXT, "", 0, 0,
	"A proxy that speaks TLS with the browsers: the address that it comes from, or unix. It must pass Host on, and set "
	"X-Forwarded-For, whose last address is then believed.")
SETTING(STAFF_IDLE, "staff", "idle", NUMBER, "60", 1, 1440, "Minutes without a request after which a session ends.")
SETTING(STAFF_SESSION, "staff", "session", NUMBER, "12", 1, 168, "Hours after which a session ends in any case.")
SETTING(COLLECT_LISTEN, "collect", "listen", TEXT, "127.0.0.1:8443", 0, 0, "Address and port where sensors deliver.")
SETTING(COLLECT_FOLDER, "collect", "folder", PATH, "/var/lib/hinomi/collect", 0, 0,
	"Folder of the collector: its TLS key and certificate, and the sensors' public keys.")
SETTING(COLLECT_URL, "collect", "url", TEXT, "", 0, 0,
	"The collector's address as sensors reach it, https://host:port; empty: https:// and collect.listen.")
SETTING(SENSE_INTERFACE, "sense", "interface", TEXT, "", 0, 0, "Interface that a sensor watches.")
SETTING(SENSE_FOLDER, "sense", "folder", PATH, "/var/lib/hinomi/sense", 0, 0,
	"Folder of a sensor: its key, what it knows of its centre, and its spool.")
SETTING(SENSE_USER, "sense", "user", TEXT, "nobody", 0, 0, "User that a sensor becomes after its start as root.")
SETTING(SENSE_PREFIXES, "sense", "prefixes", TEXT, "", 0, 0,
	"Watched prefixes, with commas; packets to other addresses are left out. Empty: as the centre said at the enrolment.")
SETTING(SENSE_OPERATORS, "sense", "operators", TEXT, "", 0, 0,
	"Prefixes from which operators reach the sensor, with commas; packets from them are left out.")
SETTING(SENSE_DNS, "sense", "dns", TEXT, "", 0, 0,
	"Name servers besides those of /etc/resolv.conf, with commas; their answers are left out.")
SETTING(SENSE_NTP, "sense", "ntp", TEXT, "", 0, 0, "Time servers, with commas; their answers are left out.")
SETTING(SENSE_SECONDS, "sense", "seconds", NUMBER, "60", 1, 3600,
	"A sensor makes a batch at least so often, if only to say that it is up.")
SETTING(SENSE_SPOOL, "sense", "spool_mib", NUMBER, "1024", 1, 1048576, "Size of a sensor's spool, in MiB.")
SETTING(SENSE_FULL, "sense", "full", TEXT, "drop-oldest", 0, 0,
	"What a sensor drops when its spool is full: drop-oldest or drop-newest. What is dropped is counted and reported.")
SETTING(SENSE_RATE, "sense", "rate", NUMBER, "50", 1, 10000, "Batches that a sensor delivers in a second, at the most.")
