# Libraries that run a program of the machine
import git
import pdfkit
import pytesseract
from pdf2image import convert_from_path
from pydub import AudioSegment

pages = convert_from_path("a.pdf")
text = pytesseract.image_to_string(pages[0])
pdfkit.from_string("<b>x</b>", "out.pdf")
AudioSegment.from_mp3("x.mp3").export("x.wav")
git.Repo.clone_from("https://github.com/acme/shop", "/srv/shop")


# Tables by an asynchronous engine
async def make(conn, Base):
    await conn.run_sync(Base.metadata.drop_all)
    await conn.run_sync(Base.metadata.create_all)
    # not: something else
    await conn.run_sync(Base.metadata.reflect)
