// The first secured call in Java, with the JDK alone: an access token over mutual TLS, then CheckEligibility over HTTP and JSON. Usage: java Check.java SUBJECT...
import java.net.http.*;
import java.nio.file.*;
import java.security.*;
import java.util.*;
import javax.net.ssl.*;

class Check {
    public static void main(String[] subjects) throws Exception {
        String gateway = System.getenv("SESAME_GATEWAY"), partner = System.getenv("SESAME_PARTNER"), certs = System.getenv("SESAME_CERTS");
        var read = java.security.cert.CertificateFactory.getInstance("X.509");
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("ca", read.generateCertificate(Files.newInputStream(Path.of(certs, "ca.pem"))));
        var trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(store);
        var pem = Files.readString(Path.of(certs, "partners", partner + ".key.pem")).replaceAll("-----.*-----", "");
        var key = KeyFactory.getInstance("EC").generatePrivate(new java.security.spec.PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(pem)));
        var own = read.generateCertificates(Files.newInputStream(Path.of(certs, "partners", partner + ".pem")));
        store.setKeyEntry("own", key, new char[0], own.toArray(new java.security.cert.Certificate[0]));
        var keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(store, new char[0]);
        var tls = SSLContext.getInstance("TLS");
        tls.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        var http = HttpClient.newBuilder().sslContext(tls).build();
        // OAuth's client_credentials; the certificate proves who asks, and the token works with this certificate only (RFC 8705).
        var form = "grant_type=client_credentials&scope=eligibility.check&client_id=" + partner;
        var token = "Bearer" + post(http, gateway + "/connect/token", "application/x-www-form-urlencoded", "", form, "access_token");
        for (var subject : subjects) { // Of a decision the reasons; of an error the reason, and the page on its cause and fix.
            var body = "{\"subject\": \"%s\", \"programme\": \"bike.deposit_free\"}".formatted(subject);
            System.out.println(subject + post(http, gateway + "/v1/eligibility:check", "application/json", token, body, "decision|reason|textEn|url"));
        }
    }
    static String post(HttpClient http, String url, String type, String authorization, String body, String names) throws Exception {
        var request = HttpRequest.newBuilder(java.net.URI.create(url)).headers("content-type", type, "authorization", authorization);
        var answer = http.send(request.POST(HttpRequest.BodyPublishers.ofString(body)).build(), HttpResponse.BodyHandlers.ofString());
        return new Scanner(answer.body()).findAll("\"(" + names + ")\": ?\"([^\"]*)\"").map(text -> " " + text.group(2)).reduce("", String::concat);
    }
}
