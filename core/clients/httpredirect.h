// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/httpclient.h>

#include <QUrl>

#include <optional>

namespace semper {

/// http or https, with a host. Nothing else is fetched: QtNetwork would read files too.
[[nodiscard]] bool isHttpAddress(const QUrl &url);

/// The request that \a response to \a request sends on to, where \a allowed lets it. To another
/// scheme, host or port go no headers but "Accept" and "Content-Type": the others may be secret.
[[nodiscard]] std::optional<HttpRequest> redirected(
    const HttpRequest &request, const HttpResponse &response, HttpClient::Redirects allowed);

} // namespace semper
