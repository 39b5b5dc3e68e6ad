stage pii
text "mail a.b@c.de and x@y.org, z@q.com."
becomes "mail email@example.com and firstname.lastname@example.org, email@example.com."
# masks start over with each document
text "a@b.cd"
becomes "email@example.com"
text "éa@b.cd a..b@c.de @b.cd a@b a@-b.cd"
becomes "éa@b.cd a..email@example.com @b.cd a@b a@-b.cd"
text "éa-b@c.de"
becomes "éaemail@example.com"
text "a@[1.2.3.4] a@[1.2.3.x-y:] a@[1.2.3.x-:]"
becomes "email@example.com firstname.lastname@example.org a@[1.2.3.x-:]"
text "a@b.c-.de"
becomes "email@example.com-.de"
text "a@b.c..de"
becomes "email@example.com..de"
text "8.8.8.8 and 1.2.3.4.5 and 256.1.1.1 and 1.2.3.999"
becomes "22.214.171.124 and 126.96.36.199.5 and 2188.8.131.52 and 184.108.40.2069"
# private, reserved and oddly spelled addresses stay
text "10.0.0.1 127.0.0.1 192.168.1.1 100.64.0.1 08.8.8.8 224.0.0.1"
becomes "10.0.0.1 127.0.0.1 192.168.1.1 100.64.0.1 08.8.8.8 22.214.171.124"
text "172.15.0.1 172.16.0.1 172.31.9.9 172.32.0.1"
becomes "22.214.171.124 172.16.0.1 172.31.9.9 126.96.36.199"
text "+1 212 555 0100, 4111 1111 1111 1111, 2a00:1450:4001::200e"
keep

stage pii: {cycle: shard, remove_ips: false}
text "a@b.cd 8.8.8.8"
becomes "email@example.com 8.8.8.8"
text "a@b.cd"
becomes "firstname.lastname@example.org"

stage pii: {only_remove_public_ips: false, ip_replacement: [X]}
text "10.0.0.1 010.0.0.1"
becomes "X 010.0.0.1"

stage pii: {remove_ipv6: true, ipv6_replacement: [X]}
text "at 2a00:1450:4001::200e, ::1 fe80::1 12:30 a::b:c:g 2a00::1."
becomes "at X, ::1 fe80::1 12:30 a::b:c:g X."

stage pii: {remove_phones: true, phone_replacement: [X]}
text "(212) 555-0100, 212-555-0100; 1 212.555.0100 +49 30 901820 +44 (0)20 7946 0958"
becomes "X, X; X X X"
text "2125550100 2212-555-0100 212-555-01000 2024-11-23 10.212-555-0100 +123"
keep

stage pii: {remove_cards: true, card_replacement: [X]}
text "4111 1111 1111 1111, 4111-1111-1111-1111 378282246310005"
becomes "X, X X"
text "4111 1111 1111 1112 411111111111 1111111111111117 44111111111111111111"
keep

stage pii: {email_replacement: []}
refused no mask
