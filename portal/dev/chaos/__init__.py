"""Faults put to a whole running portal, and what became of the dossiers that were sent meanwhile.

    make chaos                       every fault
    make chaos FAULTS=mail-silent    one of them; names with commas between

For each fault people press "Gửi hồ sơ" over HTTP while something is killed, paused or flooded.
Afterwards the database, the files and the mails are compared with what the people were told.
"""
