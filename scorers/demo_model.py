#!/usr/bin/env python3
"""Writes the training documents of the demo model as JSON lines with id, text and label.

usage: demo_model.py DIR > demo.jsonl

DIR holds the unpacked Debian packages fortunes, fortunes-min and dict-jargon (dpkg -x). Their texts
(quotations, and the public-domain Jargon File) are the label hq; boilerplate of shops, menus,
listings and notices, put together here from templates, is the label cc. Chance is seeded: the same
packages give the same documents.
"""
import glob
import gzip
import json
import os
import random
import re
import sys

DRAW = random.Random(20250308)

NOUNS = """hotel apartment car insurance shoe handbag watch phone laptop camera mattress sofa kitchen
bathroom window roof garden dress jewelry ring perfume supplement vitamin cream diet loan mortgage
credit casino poker ticket flight cruise tour villa resort spa gym yoga course software app theme
plugin hosting domain template logo printer toner cable charger battery case cover screen tablet
speaker headphone game toy bike tire engine part tool drill saw pump filter lamp bulb chair table
desk bed rug curtain pillow towel blanket candle gift card wedding party costume mask""".split()
ADJECTIVES = """best cheap new top premium affordable luxury exclusive amazing perfect original
professional quality stylish modern beautiful unique great discount custom free online leading
trusted certified local family organic natural fresh hot latest popular ultimate complete official
brand""".split()
PLACES = """London Paris Dallas Austin Miami Boston Chicago Denver Phoenix Seattle Atlanta Houston
Toronto Sydney Melbourne Dublin Orlando Vegas Portland Nashville Tampa Detroit Brooklyn Oakland
Florida Texas California Ohio Georgia Virginia Nevada Arizona Ireland Spain Italy Thailand""".split()
MENU = """Home|About Us|Contact|Contact Us|Products|Services|Blog|News|Login|Register|My Account|Cart
|Checkout|Wishlist|FAQ|Help|Support|Careers|Press|Privacy Policy|Terms of Use|Terms and Conditions
|Sitemap|Search|Gallery|Photos|Videos|Events|Calendar|Forum|Members|Archive|Archives|Categories
|Tags|Recent Posts|Recent Comments|Popular|Subscribe|Newsletter|RSS Feed|Follow us|Facebook|Twitter
|Pinterest|Instagram|LinkedIn|Share|Share this|Print|Email this|Download|Next|Previous|Read more
|Read More|More|View all|Show more|Back to top|Add to cart|Buy now|Sign up|Sign in|Log in|Log out
|Reply|Quote|Report|Edit|Advertise|Jobs|Store|Shop|Sale|Clearance|New Arrivals|Gift Cards|Returns
|Shipping|Track order|Locations|Directions|Hours|Reviews|Testimonials|Team|Partners|Directory
""".replace("\n", "").split("|")
NAMES = """James Mary John Linda Robert Susan Michael Karen David Lisa William Nancy Richard Betty
Thomas Sandra Charles Ashley Daniel Emily Smith Johnson Brown Jones Miller Davis Wilson Anderson
Taylor Moore Jackson Martin Lee Thompson White Harris Clark Lewis Walker Hall""".split()
MONTHS = "January February March April May June July August September October November December".split()
SENTENCES = """
{A} {n} {N}s for sale in {P}. Call us today at {d}{d}{d}-{d}{d}{d}-{d}{d}{d}{d} for a free quote!
Buy {a} {n} online at low prices. Free shipping on all orders over ${d}{d}.
We offer the {a} {n} and {a} {n} services in {P} and the surrounding areas.
Our {a} team is dedicated to providing the highest quality {n} solutions for your business.
Looking for a {a} {n} in {P}? Look no further! Contact us today to book your appointment.
Save up to {d}0% off your next {n} when you use this coupon code at checkout.
Find great deals on {n}s, {n}s and {n}s. Compare prices and read reviews.
{A} {N} - {A} {N} - {P} {N}
SKU: {d}{d}{d}{d}{d} | Availability: In stock | Weight: {d}.{d} lbs | Dimensions: {d} x {d} x {d} in
Price: ${d}{d}.{d}{d} Was: ${d}{d}{d}.{d}{d} You save: {d}{d}%
Copyright {y} {N} {P} Inc. All rights reserved. Powered by WordPress. Designed by {F}.
By using this site you agree to our Terms of Use and Privacy Policy. We use cookies to improve your experience.
Posted by {F} {F} on {M} {d}, {y} at {d}:{d}{d} PM in {N}. Filed under: {N}, {N}, {N}. Leave a comment.
This entry was posted in {N} and tagged {n}, {n}, {n}. Bookmark the permalink.
Click here to view our full range of {a} {n}s. Sign up for our newsletter and receive exclusive offers.
{F} {F}, President; {F} {F}, Vice President; {F} {F}, Secretary; {F} {F}, Treasurer
{d}{d}{d} {F} Street, {P} {d}{d}{d}{d}{d}. Phone: ({d}{d}{d}) {d}{d}{d}-{d}{d}{d}{d}. Fax: ({d}{d}{d}) {d}{d}{d}-{d}{d}{d}{d}. Open Monday to Friday 9am - 5pm.
{d} bedroom {d} bath {n} in {P} with {n}, {n} and {n}. Close to shops and schools. Listed by {F} {F}.
The {N} is ideally located in the heart of {P} and offers {d}{d} rooms with free WiFi, {n}, {n} and {n}.
Enjoy our {a} {n} packages, perfect for your {a} {n}. Book online and get the best rate guaranteed.
{M} {d}{d}, {y}: {P} {d} - {P} {d}. {F} {d}-{d}, {F} {d}-{d}, {F} {d}-{d}.
Join Date: {M} {y} Location: {P} Posts: {d}{d}{d} Thanks: {d} Re: {a} {n}
Name Email Website Comment Required fields are marked. Notify me of new posts by email.
View Larger Image. Rated {d} out of 5 based on {d}{d} reviews. Write a review. Add to wishlist.
{F} {F} has joined {P} {N} as director of {n}, the company announced {M} {d}.
Tickets are ${d}{d} and available at the door. Doors open at {d} pm. For more information visit our website.
Download {a} {n} free full version with crack serial keygen torrent {y}.
{n} {n} {n} {P} {n} {a} {n} {a} {n} {P} {n} {n}
Made from {a} {n} with {a} {n}. Machine washable. Imported. One size fits most. Available in black, white and red.
Your browser does not support JavaScript. Please enable JavaScript to view this page.
""".strip().split("\n")


def fill(template):
    def value(match):
        key = match.group(1)
        if key == "d":
            return str(DRAW.randrange(1, 10))
        if key == "y":
            return str(DRAW.randrange(1998, 2025))
        word = DRAW.choice({"n": NOUNS, "N": NOUNS, "a": ADJECTIVES, "A": ADJECTIVES, "P": PLACES,
                            "F": NAMES, "M": MONTHS}[key])
        return word.capitalize() if key in "NA" else word
    return re.sub(r"\{(\w)\}", value, template)


def boilerplate():
    lines = []
    for _ in range(DRAW.randrange(2, 9)):
        if DRAW.random() < 0.2:
            lines.append(DRAW.choice([" | ", " ", "\n", " - "]).join(
                DRAW.sample(MENU, DRAW.randrange(3, 12))))
        else:
            lines.append(fill(DRAW.choice(SENTENCES)))
    return "\n".join(lines)


def fortunes(folder):
    for path in sorted(glob.glob(os.path.join(folder, "usr/share/games/fortunes/*"))):
        if path.endswith((".dat", ".u8", "/art", "/ascii-art", "/songs-poems", "/zippy")):
            continue
        with open(path, encoding="utf-8", errors="replace") as f:
            for quote in f.read().split("\n%\n"):
                quote = re.sub(r"\n\s*--.*\Z", "", quote, flags=re.S)
                if len(quote) > 250:
                    yield re.sub(r"\s+", " ", quote).strip()


def jargon(folder):
    with gzip.open(os.path.join(folder, "usr/share/dictd/jargon.dict.dz"), "rt",
                   encoding="utf-8", errors="replace") as f:
        text = f.read()
    for entry in re.split(r"\n(?=\S)", text):
        body = re.sub(r"\s+", " ", entry.split("\n", 1)[-1]).replace("{", "").replace("}", "")
        if len(body) > 250:
            yield body.strip()


def main():
    folder = sys.argv[1]
    documents = [(text, "hq") for text in [*fortunes(folder), *jargon(folder)]]
    documents += [(boilerplate(), "cc") for _ in documents]
    DRAW.shuffle(documents)
    for i, (text, label) in enumerate(documents):
        print(json.dumps({"id": str(i), "label": label, "text": text}))


main()
