"""What do measures of a contact center say, unit by unit and wave by wave?"""
