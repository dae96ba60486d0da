"""Sign-up, sign-in, second factor and sessions."""

#: A form filled in faster than this (seconds) is sent by a program.
BOT_MINIMUM_SECONDS = 2

#: Which accounts were opened in this browser (jeveuxagir/accounts/devices.py).
DEVICE_COOKIE_NAME = "device"

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/mon-espace/"
LOGOUT_REDIRECT_URL = "/"

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "jeveuxagir.accounts.passwords.StrengthValidator"},
]

# --- allauth: an address, a mailed code; the password is optional ---
ACCOUNT_ADAPTER = "jeveuxagir.accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_DISPLAY = "jeveuxagir.accounts.adapter.display_name"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = [
    "email*",
    "password1",
]  # our form leaves the password out: it is chosen once signed in
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = 30 * 60
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_TIMEOUT = 30 * 60
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 15 * 60
# Ours are in one table, exact, and say when the counter is down: accounts/limits.py.
ACCOUNT_RATE_LIMITS = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 10 * 60
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "length": 8, "dashed": True}
ACCOUNT_FORMS = {
    "login": "jeveuxagir.accounts.sign_in_forms.SignInForm",
    "signup": "jeveuxagir.accounts.sign_in_forms.SignUpForm",
    "add_email": "jeveuxagir.accounts.sign_in_forms.NewAddressForm",
    "confirm_login_code": "jeveuxagir.accounts.sign_in_forms.LoginCodeForm",
    "confirm_email_verification_code": "jeveuxagir.accounts.sign_in_forms.AddressCodeForm",
    "confirm_password_reset_code": "jeveuxagir.accounts.sign_in_forms.ResetCodeForm",
    "change_password": "jeveuxagir.accounts.sign_in_forms.ChangePasswordForm",
    "set_password": "jeveuxagir.accounts.sign_in_forms.SetPasswordForm",
    "reset_password": "jeveuxagir.accounts.sign_in_forms.ResetPasswordForm",
    "reset_password_from_key": "jeveuxagir.accounts.sign_in_forms.NewPasswordForm",
    "reauthenticate": "jeveuxagir.accounts.sign_in_forms.ReauthenticateForm",
}

# --- the second factor; nothing here turns it off for staff (jeveuxagir/accounts/middleware.py) ---
MFA_ADAPTER = "jeveuxagir.accounts.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Jeveuxagir"
MFA_TOTP_TOLERANCE = 1
MFA_FORMS = {
    "authenticate": "jeveuxagir.accounts.sign_in_forms.SecondFactorForm",
    "reauthenticate": "jeveuxagir.accounts.sign_in_forms.SecondFactorAgainForm",
    "activate_totp": "jeveuxagir.accounts.sign_in_forms.ActivateSecondFactorForm",
}
USERSESSIONS_TRACK_ACTIVITY = False

#: Where only staff go, and only with both factors.
STAFF_PATHS = ("/brigade/", "/administration/")
STAFF_IDLE_SECONDS = 30 * 60
STAFF_SESSION_SECONDS = 10 * 3600
