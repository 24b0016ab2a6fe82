"""SMS by Tencent Cloud (腾讯云短信), in approved templates alone."""
