"""SMS by Alibaba Cloud (短信服务), in approved templates alone."""
