"""ImageNet's classes of 2012, which are not among the data sets here: what whoever asks a network of theirs must know.

It does not know networks, nor the names of the classes.
"""

from app.core.errors import N_

NAME = "imagenet"
DATA = N_("ImageNet (ILSVRC 2012): 1,281,167 training photos from the web in 1,000 classes")
# Russakovsky et al. 2015 (arXiv 1409.0575), section 3; de Vries et al. 2019 (arXiv 1906.02659); Shankar et al. 2017
# (arXiv 1711.08536); Yang et al. 2020 (arXiv 1912.07726); Northcutt et al. 2021 (arXiv 2103.14749), table 1; Beyer et
# al. 2020 (arXiv 2006.07159).
BIASES = (
    N_("Most of its photos come from the web of North America and Europe: food, houses, clothes and weddings of other "
       "parts of the world are recognized far less often."),
    N_("It was searched for in English, with words of a dictionary: what has no word there is not known, and is called "
       "something else."),
    N_("120 of the 1,000 classes are breeds of dogs; of people there are three (baseball player, bridegroom, scuba "
       "diver), of trees and giraffes none."),
    N_("People stand on many photos beside what is named. By which gender, age and skin those of a job, a sport or a "
       "garment are shown is that of the web, and the network has learned it too."),
    N_("Every photo has one name, though most show several things; some 6 in 100 names of its validation photos are "
       "wrong."),
    N_("Its photos show things large, in the middle and well lit, as people take them to show them."),
)  # fmt: skip
