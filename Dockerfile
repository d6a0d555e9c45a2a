FROM python:3.12-slim AS build
WORKDIR /src
COPY . .
RUN python -m venv --without-pip /opt/pushbell \
 && pip --python /opt/pushbell/bin/python install --no-cache-dir --constraint requirements.lock .

FROM python:3.12-slim
RUN useradd --system --uid 10001 --home-dir /data --no-create-home --shell /usr/sbin/nologin pushbell \
 && install --directory --owner pushbell --group pushbell --mode 0700 /data
COPY --from=build /opt/pushbell /opt/pushbell
ENV PATH=/opt/pushbell/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PUSHBELL_SERVER_DATA_DIR=/data
# By number, so that Kubernetes can see that it is not root (runAsNonRoot).
USER 10001
VOLUME /data
EXPOSE 8080
# Without the proxies of the environment, which do not lead to this machine. Asks the port that EXPOSE names: a
# container in which server.listen names another one needs its own health check.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["python", "-c", \
    "from urllib.request import *; build_opener(ProxyHandler({})).open('http://127.0.0.1:8080/v1/health', timeout=4)"]
ENTRYPOINT ["pushbell"]
CMD ["serve"]
