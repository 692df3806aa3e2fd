"""What has to be done, under which key?"""
